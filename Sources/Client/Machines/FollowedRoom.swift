import Chat
import Wire

/// A room that the user opened, and how far it has come on this connection.
struct FollowedRoom {
    enum State: Equatable {
        /// To be subscribed to; after a refusal that may be retried, not before that moment.
        case waiting(until: Duration)
        case subscribing
        case subscribed
        /// A page of its history was refused for now.
        case paused(until: Duration, after: UInt64, through: UInt64)
        /// Opened only for its id, which is known: nothing more is asked.
        case known
    }

    let reference: RoomReference
    let joins: Bool
    /// False: the room is only looked up, so that one can send to it.
    let follows: Bool
    let start: RoomReplica.Start
    var state = State.waiting(until: .zero)
    var id: RoomID?
    var replica: RoomReplica?
    /// Of the history that the replica holds.
    var incarnation: Incarnation?

    mutating func connectionLost() {
        replica?.detach()
        if state != .known { state = .waiting(until: .zero) }
    }

    /// The moment from which something is to be asked again.
    var retry: Duration? {
        switch state {
        case .waiting(let until): until
        case .paused(let until, _, _): until
        case .subscribing, .subscribed, .known: nil
        }
    }

    var subscription: SubscribeRequest {
        let held = replica?.held() ?? []
        return SubscribeRequest(
            room: id.map { .id($0) } ?? reference, held: held, incarnation: held.isEmpty ? nil : incarnation,
            // Whoever was removed meanwhile does not come back by reconnecting.
            joins: joins && id == nil)
    }
}
