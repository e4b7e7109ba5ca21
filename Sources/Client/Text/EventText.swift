package import Chat
import Native
import Security
import Wire

/// One event for people and for programs.
package struct EventText {
    private let event: HistoryEvent
    private let room: String
    private let content: Content?
    /// The edit that the content is of.
    private let edit: UInt64?

    package init(_ event: HistoryEvent, room: String) {
        self.event = event
        self.room = room
        content = ContentCodec().decode(event.event.content)
        edit = nil
    }

    /// A message as it is now, at the place where it was said.
    package init(_ message: CurrentMessage, room: String) {
        event = message.event
        self.room = room
        let decoded = ContentCodec().decode((message.edit ?? message.event).event.content)
        if case .edit(let change) = decoded {
            content = .message(change.body)
        } else {
            content = decoded
        }
        edit = message.edit?.event.sequence
    }

    package var isMessage: Bool {
        if case .message = content { true } else { false }
    }

    /// `{"type","room","seq","id","from","at","body"}`; where the body is no text it is null, and
    /// `"content_type"` and `"data"`, its bytes in Base64, follow. `"target"` is the sequence of the message
    /// that an edit, deletion or reaction is about, `"reply_to"` of the one that a message answers, `"edit"`
    /// of the edit that made a message what it is now. `"mentions"` are the ids of those whom a message
    /// names.
    package var json: [UInt8] { members.line }

    /// As `json`, with what is not shown to people: `"room_id"`, `"author"` (ids), `"send_id"` where it was a
    /// send, and what the digest chain is made of: `"salt"` and `"link"` (hexadecimal), and `"content"`, the
    /// encoded bytes in Base64, or `"content_digest"` where they are erased.
    package var exported: [UInt8] {
        var line = members
        let stored = event.event
        line.member("room_id", stored.room.description)
        line.member("author", stored.author.description)
        if let send = stored.sendID { line.member("send_id", send.description) }
        line.member("salt", Hex.text(stored.salt.bytes))
        if let digest = stored.contentDigest {
            line.member("content_digest", digest.description)
        } else {
            line.member("content", Self.base64(stored.content))
        }
        line.member("link", stored.link.description)
        return line.line
    }

    private var members: JSONLine {
        var line = JSONLine()
        line.member("type", type)
        line.member("room", room)
        line.member("seq", event.event.sequence)
        line.member("id", event.event.id.description)
        line.member("from", event.authorName)
        line.member("at", event.event.at.text)
        if let said, said.contentType != MessageBody.plainText {
            line.null("body")
            line.member("content_type", said.contentType)
            line.member("data", Self.base64(said.bytes))
        } else {
            line.member("body", utf8: body)
        }
        if let target = content?.target { line.member("target", target) }
        if case .message(let body) = content {
            if body.replyTo > 0 { line.member("reply_to", body.replyTo) }
            if !body.mentions.isEmpty { line.member("mentions", body.mentions.map(\.description)) }
            if body.mentionsEveryone { line.member("mentions_everyone", true) }
        }
        if case .reaction(let reaction) = content { line.member("removed", reaction.isRemoved) }
        if let edit { line.member("edit", edit) }
        if case .personDeletion(let person) = content { line.member("person", person.description) }
        if case .pin(let pin) = content { line.member("removed", pin.isRemoved) }
        if case .sanction(let change) = content, !change.sanction.isLifted, change.sanction.until != .never {
            line.member("until", change.sanction.until.text)
        }
        return line
    }

    private var said: MessageBody? {
        switch content {
        case .message(let body): body
        case .edit(let edit): edit.body
        case .membership, .settings, .deletion, .reaction, .pin, .sanction, .invitation, .personDeletion, nil:
            nil
        }
    }

    /// Padded, as most readers want it (RFC 4648, section 4).
    private static func base64(_ bytes: [UInt8]) -> String {
        let text = Base64.standard.encode(bytes)
        return text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    }

    /// `21:05 ada: hello`, in local time. A body of several lines goes on below, indented.
    package var text: String { text(isNumbered: false) }

    /// - Parameter isNumbered: whether it begins with its sequence, by which others can be about it.
    /// - Parameter reader: who is told where a message names them.
    package func text(isNumbered: Bool, reader: PersonID? = nil) -> String {
        let at = event.event.at
        let time = at.advanced(by: WallClock.localOffset(atMilliseconds: at.milliseconds)).text.dropFirst(11)
            .prefix(5)
        // The operator acts without being a person of the server's.
        let name = event.authorName.isEmpty ? "the operator" : HarmlessText.of(event.authorName)
        let words = HarmlessText.of(words, indentation: Self.indentation)
        let number = isNumbered ? "#\(event.event.sequence) " : ""
        return "\(number)\(time) \(isMessage ? "" : "* ")\(name)\(addressed(reader)): \(words)\n"
    }

    private func addressed(_ reader: PersonID?) -> String {
        guard case .message(let body) = content else { return "" }
        let isNamed = reader.map { body.mentions.contains($0) } ?? false
        let whom = [
            body.replyTo > 0 ? "#\(body.replyTo)" : nil,
            body.mentionsEveryone ? "everybody" : isNamed ? "you" : nil,
        ].compactMap { $0 }
        return whom.isEmpty ? "" : " (to \(whom.joined(separator: ", ")))"
    }

    /// As wide as the time.
    private static let indentation = "      "

    private var type: String {
        switch content {
        case .message: "message"
        case .membership: "membership"
        case .settings: "settings"
        case .edit: "edit"
        case .deletion: "deletion"
        case .reaction: "reaction"
        case .pin: "pin"
        case .sanction: "sanction"
        case .invitation: "invitation"
        case .personDeletion: "person_deletion"
        case nil: event.event.contentDigest == nil ? "unknown" : "deleted"
        }
    }

    /// For people.
    private var words: String {
        switch content {
        case .settings(let change): Self.words(change)
        case .edit(let edit): "#\(edit.target) is now: " + String(decoding: body, as: UTF8.self)
        case .deletion(let target): "#\(target) is deleted"
        case .reaction(let reaction):
            "\(reaction.isRemoved ? "takes back " : "")\(reaction.text) to #\(reaction.target)"
        case .pin(let pin): "#\(pin.target) is pinned\(pin.isRemoved ? " no longer" : "")"
        case .personDeletion: "somebody is deleted, and with them what they said here"
        case .message, .membership, .sanction, .invitation: String(decoding: body, as: UTF8.self)
        case nil: event.event.contentDigest == nil ? "" : "(deleted)"
        }
    }

    private static func words(_ change: SettingsChange) -> String {
        let parts = [
            change.name.map { "name \($0)" }, change.topic.isEmpty ? nil : "topic \(change.topic)",
            change.isArchived ? "archived" : nil,
            change.rules.visibility == .all ? nil : "history since joining",
            change.rules.slowSeconds == 0 ? nil : "slow: \(change.rules.slowSeconds) s",
            change.rules.keepDays == 0 ? nil : "kept for \(Self.days(change.rules.keepDays))",
        ].compactMap { $0 }
        // Two people's own conversation has neither name nor topic.
        return parts.isEmpty ? "a conversation of two" : parts.joined(separator: ", ")
    }

    private static func days(_ count: Int) -> String { count == 1 ? "a day" : "\(count) days" }

    /// For programs, which may compare it: it never changes.
    private var body: [UInt8] {
        switch content {
        case .message(let body): Self.bytes(of: body)
        case .edit(let edit): Self.bytes(of: edit.body)
        case .reaction(let reaction): Array(reaction.text.utf8)
        case .membership(let change):
            Array(Self.words(change).utf8)
        case .sanction(let change): Array(Self.words(change).utf8)
        case .invitation(let change):
            Array("\(change.personName) is invited\(change.isWithdrawn ? " no longer" : "")".utf8)
        case .settings(let change):
            Array(
                "name \(change.name ?? ""), topic \(change.topic)\(change.isArchived ? ", archived" : "")"
                    .utf8)
        case .deletion, .pin, .personDeletion, nil: []
        }
    }

    private static func words(_ change: MembershipChange) -> String {
        guard let role = change.role else {
            return "\(change.personName) left\(change.reason.isEmpty ? "" : ": \(change.reason)")"
        }
        return "\(change.personName) is \(role.name)"
    }

    private static func words(_ change: SanctionChange) -> String {
        let sanction = change.sanction
        let state =
            switch (sanction.kind, sanction.isLifted) {
            case (.mute, false): "is muted"
            case (.mute, true): "is muted no longer"
            case (.ban, false): "is banned"
            case (.ban, true): "is banned no longer"
            }
        let reason = sanction.reason.isEmpty ? "" : ": \(sanction.reason)"
        return "\(change.personName) \(state)\(reason)"
    }

    private static func bytes(of body: MessageBody) -> [UInt8] {
        body.contentType == MessageBody.plainText ? body.bytes : Array("[\(body.contentType)]".utf8)
    }
}
