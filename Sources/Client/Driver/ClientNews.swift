package import Chat
package import Wire

/// What a `ClientHost` reports, in order.
package enum ClientNews: Sendable {
    case told(ClientAction)
    /// Answer with `ClientHost.trust` or `distrust`.
    case mustJudge(VerifiedServer, isVerified: Bool)
    /// The ticket of a room that `open` asked for.
    case opening(RoomReference, RoomTicket)
    /// The id of a message that `send` asked for; its outcome follows. `nil` when too many wait: it was not
    /// taken.
    case sending(SendID?, tag: UInt64)
    /// The ticket of a request that `perform` asked for; `nil` when too many wait.
    case asking(RequestTicket?, tag: UInt64)
    /// From outside of the client.
    case input(TypedInput)

    /// Roughly what it holds in memory.
    var byteCount: Int {
        switch self {
        case .told(.event(_, let event)): 256 + event.event.content.count
        case .input(let input): 64 + input.byteCount
        case .told, .mustJudge, .opening, .sending, .asking: 256
        }
    }
}
