package import Chat
import Security

/// An event on its way into an export, with all that its place in the digest chain is made of. A value.
package struct ExportedEvent: Codable, Hashable, Sendable {
    private let room: String
    private let sequence: UInt64
    private let id: String
    private let author: String
    private let authorName: String
    private let at: Int64
    private let content: String
    private let salt: String
    private let contentDigest: String?
    private let link: String
    private let sendID: String?

    init(_ entry: HistoryEvent) {
        let event = entry.event
        room = event.room.description
        sequence = event.sequence
        id = event.id.description
        author = event.author.description
        authorName = entry.authorName
        at = event.at.milliseconds
        content = Base64.standard.encode(event.content)
        salt = event.salt.description
        contentDigest = event.contentDigest?.description
        link = event.link.description
        sendID = event.sendID?.description
    }

    /// The event again; `nil` when it is none.
    package var event: HistoryEvent? {
        guard let room = RoomID(text: room), let id = EventID(text: id), let author = PersonID(text: author),
            let content = Base64.standard.decode(content), let salt = Salt(text: salt),
            let link = Self.digest(link)
        else { return nil }
        return HistoryEvent(
            event: Event(
                room: room, sequence: sequence, id: id, author: author, at: Timestamp(milliseconds: at),
                content: content, salt: salt, contentDigest: contentDigest.flatMap(Self.digest), link: link,
                sendID: sendID.flatMap { SendID(text: $0) }), authorName: authorName)
    }

    private static func digest(_ text: String) -> Digest? { Hex.bytes(text).flatMap { Digest(bytes: $0) } }
}
