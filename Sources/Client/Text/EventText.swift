package import Chat
import Native
import Security
import Wire

/// One event for people and for programs.
package struct EventText {
    private let event: HistoryEvent
    private let room: String
    private let content: Content?

    package init(_ event: HistoryEvent, room: String) {
        self.event = event
        self.room = room
        content = ContentCodec().decode(event.event.content)
    }

    package var isMessage: Bool {
        if case .message = content { true } else { false }
    }

    /// `{"type","room","seq","id","from","at","body"}`; where the body is no text it is null, and
    /// `"content_type"` and `"data"`, its bytes in Base64, follow.
    package var json: [UInt8] {
        var line = JSONLine()
        line.member("type", type)
        line.member("room", room)
        line.member("seq", event.event.sequence)
        line.member("id", event.event.id.description)
        line.member("from", event.authorName)
        line.member("at", event.event.at.text)
        if case .message(let body) = content, body.contentType != MessageBody.plainText {
            line.null("body")
            line.member("content_type", body.contentType)
            line.member("data", Self.base64(body.bytes))
        } else {
            line.member("body", utf8: body)
        }
        return line.line
    }

    /// Padded, as most readers want it (RFC 4648, section 4).
    private static func base64(_ bytes: [UInt8]) -> String {
        let text = Base64.standard.encode(bytes)
        return text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    }

    /// `21:05 ada: hello`, in local time. A body of several lines goes on below, indented.
    package var text: String {
        let at = event.event.at
        let time = at.advanced(by: WallClock.localOffset(atMilliseconds: at.milliseconds)).text.dropFirst(11)
            .prefix(5)
        // The operator acts without being a person of the server's.
        let name = event.authorName.isEmpty ? "the operator" : HarmlessText.of(event.authorName)
        let words = HarmlessText.of(words, indentation: Self.indentation)
        return isMessage ? "\(time) \(name): \(words)\n" : "\(time) * \(name): \(words)\n"
    }

    /// As wide as the time.
    private static let indentation = "      "

    private var type: String {
        switch content {
        case .message: "message"
        case .membership: "membership"
        case .settings: "settings"
        case nil: "unknown"
        }
    }

    /// For people.
    private var words: String {
        guard case .settings(let change) = content else { return String(decoding: body, as: UTF8.self) }
        let parts = [
            change.name.map { "name \($0)" }, change.topic.isEmpty ? nil : "topic \(change.topic)",
            change.isArchived ? "archived" : nil,
        ].compactMap { $0 }
        // Two people's own conversation has neither name nor topic.
        return parts.isEmpty ? "a conversation of two" : parts.joined(separator: ", ")
    }

    /// For programs, which may compare it: it never changes.
    private var body: [UInt8] {
        switch content {
        case .message(let body):
            body.contentType == MessageBody.plainText ? body.bytes : Array("[\(body.contentType)]".utf8)
        case .membership(let change):
            Array(
                (change.role.map { "\(change.personName) is \($0.name)" } ?? "\(change.personName) left").utf8
            )
        case .settings(let change):
            Array(
                "name \(change.name ?? ""), topic \(change.topic)\(change.isArchived ? ", archived" : "")"
                    .utf8)
        case nil: []
        }
    }
}
