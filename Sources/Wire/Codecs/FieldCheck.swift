import Chat
import FoundationEssentials

/// Reads the fields of one request into the model. A field that is wrong is read as something harmless, and
/// the first fault is kept: whoever looks at `refusal` before using what was read needs no check of its own
/// for each field.
struct FieldCheck {
    let limits: Limits
    private(set) var refusal: Refusal?

    init(limits: Limits) { self.limits = limits }

    mutating func refuse(_ code: RefusalCode, _ detail: String) {
        if refusal == nil { refusal = Refusal(code, detail) }
    }

    mutating func identifier<Subject>(_ bytes: Data, _ field: String) -> Identifier<Subject> {
        if let identifier = Identifier<Subject>(bytes: bytes) { return identifier }
        refuse(.invalidArgument, "\(field) has 16 bytes")
        return Identifier(high: 0, low: 0)
    }

    /// An absent identifier stands for none.
    mutating func optionalIdentifier<Subject>(_ bytes: Data, _ field: String) -> Identifier<Subject>? {
        bytes.isEmpty ? nil : identifier(bytes, field)
    }

    /// Only its size: what a name is, `Chat` decides.
    mutating func name(_ text: String, _ field: String) -> String {
        // No scalar has more than four bytes; counted first, for a name of a megabyte.
        if text.utf8.count <= 4 * limits.nameScalars, text.unicodeScalars.count <= limits.nameScalars {
            return text
        }
        refuse(.invalidName, "\(field) has at most \(limits.nameScalars) characters")
        return ""
    }

    mutating func text(_ text: String, maxBytes: Int, _ field: String) -> String {
        if text.utf8.count <= maxBytes { return text }
        refuse(.tooLarge, "\(field) has at most \(maxBytes) bytes")
        return ""
    }

    /// A text on one line: without any control character.
    mutating func line(_ text: String, maxBytes: Int, _ field: String) -> String {
        if PlainText.hasControl(text.utf8.span, allowingLines: false) {
            refuse(.invalidArgument, "\(field) has no control characters")
        }
        return self.text(text, maxBytes: maxBytes, field)
    }

    mutating func room(_ reference: ProtoRoomReference) -> RoomReference {
        switch reference.room {
        case .id(let id): return .id(identifier(id, "room.id"))
        case .name(let name): return .name(self.name(name, "room.name"))
        case nil:
            refuse(.invalidArgument, "room has an id or a name")
            return .name("")
        }
    }

    mutating func person(_ reference: ProtoPersonReference) -> PersonReference {
        switch reference.person {
        case .id(let id): return .id(identifier(id, "person.id"))
        case .name(let name): return .name(self.name(name, "person.name"))
        case nil:
            refuse(.invalidArgument, "person has an id or a name")
            return .name("")
        }
    }

    mutating func role(_ role: ProtoRole) -> Role {
        if case .some(.some(let role)) = role.model { return role }
        refuse(.invalidArgument, "role is member, moderator or owner")
        return .member
    }

    mutating func checkpoint(_ checkpoint: ProtoCheckpoint) -> Head {
        if (1...UInt64(Int64.max)).contains(checkpoint.sequence), let head = checkpoint.model { return head }
        refuse(.invalidArgument, "a checkpoint has a sequence of at least 1 and a link of 32 bytes")
        return .empty
    }

    mutating func body(_ body: ProtoMessageBody) -> MessageBody {
        guard let model = body.model else {
            refuse(.invalidBody, "body is text or opaque")
            return MessageBody(text: "")
        }
        if body.mentions.count > limits.mentionsOfAMessage {
            refuse(.tooMany, "a message names at most \(limits.mentionsOfAMessage) people")
        } else if Set(model.mentions).count < body.mentions.count {
            refuse(.invalidArgument, "mentions are ids of 16 bytes, each once")
        }
        if model.bytes.count > limits.bodyBytes {
            refuse(.tooLarge, "a body has at most \(limits.bodyBytes) bytes")
        }
        switch body.body {
        case .opaque: contentType(model.contentType)
        case .text:
            if PlainText.hasControl(model.bytes.span, allowingLines: true) {
                refuse(.invalidBody, PlainText.demand)
            }
        case nil: break
        }
        return model
    }

    private mutating func contentType(_ type: String) {
        guard (1...limits.contentTypeBytes).contains(type.utf8.count),
            type.utf8.allSatisfy({ (0x20...0x7e).contains($0) })
        else {
            return refuse(.invalidBody, "content_type has 1 to \(limits.contentTypeBytes) ASCII characters")
        }
        // One way to say one thing: text is checked to be UTF-8, opaque bytes are not.
        if MessageBody.isText(type) { refuse(.invalidBody, "plain text travels as text") }
    }
}
