import Chat
import Wire

/// Reads what one connection is given to send, message by message and before a byte of it leaves, and holds
/// it against the ledger.
final class Witness {
    private let ledger: Ledger
    private let judge: Judge
    var person: PersonID?
    var session: LoginSessionID?
    /// The last sequence that the client has of each room it follows live.
    private var live: [RoomID: UInt64] = [:]

    init(ledger: Ledger, judge: Judge) {
        self.ledger = ledger
        self.judge = judge
    }

    /// An encoded message, as `FrameEncoder` takes it.
    func hear(_ bytes: [UInt8]) {
        do throws(FrameError) {
            var messages = FrameMessages(payload: bytes, maxMessages: 1)
            guard let message = try messages.next() else { return judge.accuse(.ordered, "an empty message") }
            hear(try ServerMessageDecoder.decode(message).message)
        } catch {
            judge.accuse(.ordered, "the server says what cannot be decoded: \(error)")
        }
    }

    /// The client asked for it; the answer follows.
    func unsubscribed(from room: RoomID) { live[room] = nil }

    private func hear(_ message: ServerMessage) {
        switch message {
        case .sent(let receipt):
            if let person { ledger.told(receipt, to: person) }
        case .event(let entry): hear(live: entry.event)
        case .subscribed(let subscription):
            ledger.told(subscription.head, of: subscription.room.id)
            live[subscription.room.id] = subscription.head.sequence
        case .gap(let room, let head): hear(gap: head, in: room)
        case .unsubscribed(let room): live[room] = nil
        case .historyPage(let page): hear(page)
        case .room(let summary): hear(summary)
        case .roomList(let rooms, _): for room in rooms { hear(room) }
        case .authenticated(let login):
            judge.require(!ledger.hasEnded(login.session), .ended, "an ended session was let in")
        case .hello, .providerList, .pong, .disconnect, .refused, .memberList, .roomDetails, .blockList,
            .readPosition, .presence, .typing, .searchResults, .sessionList, .keyMade, .factorOffer,
            .recoveryCodes, .inviteMade, .done,
            .draining, .rekeyed:
            break
        case .unknown: judge.accuse(.ordered, "the server says what this version does not know")
        }
    }

    private func hear(live event: Event) {
        ledger.told(event)
        guard let person, let last = live[event.room] else {
            return judge.accuse(
                .removed, "event \(event.sequence) was pushed to somebody who does not follow")
        }
        judge.require(
            event.sequence == last + 1, .ordered, "event \(event.sequence) was pushed after \(last)")
        judge.require(
            ledger.mayGetLive(event.sequence, of: event.room, person), .removed,
            "event \(event.sequence) was pushed to somebody who was removed before")
        requireOpen(event)
        live[event.room] = event.sequence
    }

    private func hear(gap head: Head, in room: RoomID) {
        ledger.told(head, of: room)
        guard let last = live[room] else {
            return judge.accuse(.removed, "a gap was told to somebody who does not follow")
        }
        live[room] = max(last, head.sequence)
    }

    private func hear(_ page: HistoryPage) {
        var last: UInt64?
        for entry in page.events {
            let event = entry.event
            ledger.told(event)
            if let last { judge.require(event.sequence == last + 1, .ordered, "a history page has a gap") }
            last = event.sequence
            judge.require(
                person.map { ledger.mayRead(event.sequence, of: page.room, $0) } == true, .removed,
                "event \(event.sequence) was read by somebody who was removed before")
            requireOpen(event)
        }
    }

    private func requireOpen(_ event: Event) {
        judge.require(
            session.map { ledger.mayHear(event.sequence, of: event.room, $0) } ?? true, .ended,
            "event \(event.sequence) was told to a session that had ended before")
    }

    private func hear(_ room: RoomSummary) {
        judge.require(
            room.head <= ledger.head(of: room.id).sequence, .seenIsStored,
            "a summary speaks of event \(room.head), which is not stored")
    }
}
