package import Chat
package import Security

/// A line of an exported audit log: a JSON object of its own (docs/audit.md, "Export"). A value.
package enum AuditLine: Hashable, Sendable {
    package static let format = "securechat-audit-1"
    /// Longer ones are no lines of ours: a checkpoint has the marks of a thousand entries.
    package static let maxBytes = JSONReader.maxBytes

    case header(Header)
    case item(AuditItem)

    package struct Header: Hashable, Sendable {
        package let log: AuditLogID
        package let publicKey: [UInt8]

        package init(log: AuditLogID, publicKey: [UInt8]) {
            self.log = log
            self.publicKey = publicKey
        }
    }

    package var text: String {
        switch self {
        case .header(let header): Self.value(of: header).encoded()
        case .item(.entry(let entry)): Self.value(of: entry).encoded()
        case .item(.checkpoint(let checkpoint)):
            JSONValue.object(
                Self.members(of: checkpoint) + [.init("marks", .text(Hex.text(checkpoint.marks)))]
            )
            .encoded()
        }
    }

    /// `nil` for anything that is not exactly one line of ours. Any bytes are safe to give.
    package init?(_ bytes: [UInt8]) {
        guard let document = try? JSONReader.read(bytes), case .object(let members) = document.value else {
            return nil
        }
        let fields = AuditFields(members)
        switch fields.text("type") {
        case "header":
            guard let header = fields.header else { return nil }
            self = .header(header)
        case "entry":
            guard let entry = fields.entry else { return nil }
            self = .item(.entry(entry))
        case "checkpoint":
            guard let checkpoint = fields.checkpoint else { return nil }
            self = .item(.checkpoint(checkpoint))
        default: return nil
        }
    }

    /// A checkpoint as it leaves the box: with its log, and with the digest of its marks instead of them, so
    /// that it fits into one datagram and its signature can still be checked.
    package static func witness(_ checkpoint: AuditCheckpoint, log: AuditLogID) -> JSONValue {
        .object(
            members(of: checkpoint) + [
                .init("log", .text(Hex.text(log.bytes))),
                .init("marks_digest", .text("\(NativeHashing().sha256(checkpoint.marks))")),
            ])
    }

    private static func value(of header: Header) -> JSONValue {
        .object([
            .init("type", .text("header")),
            .init("format", .text(format)),
            .init("log", .text(Hex.text(header.log.bytes))),
            .init("public_key", .text(Hex.text(header.publicKey))),
        ])
    }

    private static func value(of entry: AuditEntry) -> JSONValue {
        let content: [JSONValue.Member] =
            entry.content.map {
                [
                    .init("salt", .text(Hex.text($0.salt.bytes))),
                    .init("details", .text(String(decoding: $0.details, as: UTF8.self))),
                ]
            } ?? [.init("salt", .null), .init("details", .null)]
        return .object(
            [
                .init("type", .text("entry")),
                .init("sequence", .integer(Int(entry.sequence))),
                .init("at", .integer(Int(entry.at.milliseconds))),
                .init("kind", .text(entry.kind)),
                .init("actor", .text(entry.actor)),
                .init("subjects", .list(entry.subjects.map { .text($0) })),
            ] + content + [
                .init("id", .text(Hex.text(entry.id.bytes))),
                .init("details_digest", .text("\(entry.detailsDigest)")),
                .init("link", .text("\(entry.link)")),
            ])
    }

    private static func members(of checkpoint: AuditCheckpoint) -> [JSONValue.Member] {
        [
            .init("type", .text("checkpoint")),
            .init("number", .integer(Int(checkpoint.number))),
            .init("sequence", .integer(Int(checkpoint.sequence))),
            .init("at", .integer(Int(checkpoint.at.milliseconds))),
            .init("link", .text("\(checkpoint.link)")),
            .init("key", .text("\(checkpoint.key)")),
            .init("signature", .text(Hex.text(checkpoint.signature))),
        ]
    }
}
