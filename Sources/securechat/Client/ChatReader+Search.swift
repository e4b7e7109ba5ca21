import Chat
import Client
import Wire

/// `/search`: asks for the names of the person's rooms, then for the messages. Command's thread only.
extension ChatReader {
    /// Of one page: whoever wants more looks for less.
    private static let longestAnswer = 20

    mutating func look(for wish: SearchWish, _ line: Line, _ host: ClientHost) {
        ask(.listRooms(includePublic: false, after: nil), .searching(wish), line, host)
    }

    mutating func answered(
        _ wish: SearchWish, _ list: [RoomSummary], more: Bool, _ line: Line, _ host: ClientHost
    ) {
        found.learn(list)
        guard more, let last = list.last else {
            return ask(wish.request(after: nil, max: Self.longestAnswer), .found, line, host)
        }
        ask(.listRooms(includePublic: false, after: last.id), .searching(wish), line, host)
    }

    /// The newest last, as everything here.
    mutating func show(_ page: SearchPage) {
        for message in page.found.reversed() where !blocked.contains(message.event.event.author) {
            append(found.line(of: message, asJSON: false))
        }
        if page.found.isEmpty, page.next == nil { show("nothing is found") }
        if let next = page.next { show("and older ones: until:\(next.at.text)") }
        if page.isBehind { show("the server's index is behind: there may be more, later") }
    }
}
