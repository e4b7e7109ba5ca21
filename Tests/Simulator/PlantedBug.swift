/// A mistake that the product must not make, put in at a seam: the store, the history, the requests on their
/// way in, the items on their way out. The simulator proves with these that it would notice.
enum PlantedBug: String, CaseIterable, Sendable {
    case ackBeforeAppend = "ack-before-append"
    case showBeforeAppend = "show-before-append"
    case syncRetried = "sync-retried-and-called-good"
    case unknownTakenForRefused = "unknown-taken-for-refused"
    case fullTakenForStored = "full-taken-for-stored"
    case lostTail = "lost-unsynced-tail"
    case wrongLink = "wrong-link"
    case forgottenSends = "duplicate-on-resend"
    case idReuseUnnoticed = "id-reuse-unnoticed"
    case missedRemoval = "missed-removal"
    case lostEvent = "sequence-gap"
    case subscriptionOutOfOrder = "subscription-out-of-order"
    case shortPage = "short-history-page"
    case windowIgnored = "window-ignored"
    case keysSwitchedEarly = "keys-switched-early"
    case nonceReused = "nonce-reused"
    case sessionEndUntold = "session-end-untold"
    case endedSessionLetIn = "ended-session-let-in"
    case useForgotten = "use-not-counted"

    var meaning: String {
        switch self {
        case .ackBeforeAppend: "a batch is answered as stored, and stored a little later"
        case .showBeforeAppend: "subscribers are shown a batch's events while it is being stored"
        case .syncRetried: "an append whose outcome is unknown is answered as stored"
        case .unknownTakenForRefused: "an append whose outcome is unknown is answered as surely not stored"
        case .fullTakenForStored: "an append for which there was no room is answered as stored"
        case .lostTail: "some appends are answered as stored without a sync"
        case .wrongLink: "some events are stored with another link than the chain's"
        case .forgottenSends: "the store forgets what became of earlier sends"
        case .idReuseUnnoticed: "a send id used for another message is answered as the first one"
        case .missedRemoval: "a loop is not told that a subscription ended with the membership"
        case .lostEvent: "some events do not reach a loop"
        case .subscriptionOutOfOrder: "a loop hears of new subscriptions after the events of their batch"
        case .shortPage: "history pages leave out an event"
        case .windowIgnored: "a loop takes more requests of a connection than its window"
        case .keysSwitchedEarly: "a loop seals the frame that announces a new key by that key"
        case .sessionEndUntold: "a loop is not told that a session has ended"
        case .endedSessionLetIn: "a login by a session that ends meanwhile is let in"
        case .nonceReused: "a change of keys leads to the keys of before, with their counters at 0"
        case .useForgotten: "people come by a link, and the store does not count its uses"
        }
    }
}
