package import Chat
package import Reactor

/// One thing a loop has to do after a batch. The items of a batch come in one letter and in order, so that a
/// subscription changes exactly between two events.
package enum LoopItem: Hashable, Sendable {
    /// An encoded message for one connection. `settles` gives back a place in its window.
    case message(ChannelID, [UInt8], settles: Bool)
    /// An encoded event for every subscriber of the room on this loop: the same bytes for all of them.
    case event(RoomID, head: Head, [UInt8])
    /// From here on the connection gets the room's events; the message is its answer.
    /// Of what was before, it reads from `first` on.
    case subscribe(ChannelID, RoomID, head: UInt64, first: UInt64, [UInt8])
    /// From here on the connection reads a followed room's history from another sequence on.
    case visible(ChannelID, RoomID, first: UInt64)
    case unsubscribe(ChannelID, RoomID, [UInt8], settles: Bool)
    /// The events up to this head were not handed to this loop: its subscribers read them from the history.
    case gap(RoomID, Head)
    /// The connection's login is complete, or refused after all.
    case attached(ChannelID, request: UInt64, Result<Person, Refusal>)
    /// A key of this person's may be made: that is recorded, and stored.
    case makeKey(ChannelID, request: UInt64, NewKey, of: Person)
    /// Something may be looked for, or not after all.
    case search(ChannelID, request: UInt64, Result<SearchOrder, Refusal>)
    case disconnect(ChannelID, DisconnectCode, String)
    /// An encoded message for each who follows any of these rooms.
    case presence([RoomID], [UInt8])

    /// Whether the loop may do without it, because the history holds the same.
    package var isInHistory: Bool {
        if case .event = self { true } else { false }
    }

    /// Whether the loop may do without it altogether: the next one of its kind says as much.
    package var isPassing: Bool {
        if case .presence = self { true } else { false }
    }

    package var byteCount: Int {
        switch self {
        case .message(_, let bytes, _), .event(_, _, let bytes), .subscribe(_, _, _, _, let bytes),
            .unsubscribe(_, _, let bytes, _):
            64 + bytes.count
        case .search(_, _, .success(let order)): 256 + order.rooms.count * 48
        case .presence(let rooms, let bytes): 64 + bytes.count + rooms.count * 16
        case .gap, .visible, .attached, .makeKey, .search, .disconnect: 64
        }
    }
}
