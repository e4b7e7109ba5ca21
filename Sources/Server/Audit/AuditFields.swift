import Chat
import Security

/// The members of one line of an export, read strictly. A value.
struct AuditFields {
    private let members: [String: JSONValue]

    init(_ members: [JSONValue.Member]) {
        self.members = Dictionary(members.map { ($0.name, $0.value) }) { first, _ in first }
    }

    var header: AuditLine.Header? {
        guard has(["type", "format", "log", "public_key"]), text("format") == AuditLine.format,
            let log = hex("log").flatMap({ AuditLogID(bytes: $0) }), let key = hex("public_key"),
            key.count == 32
        else { return nil }
        return AuditLine.Header(log: log, publicKey: key)
    }

    var entry: AuditEntry? {
        guard
            has([
                "type", "sequence", "at", "kind", "actor", "subjects", "salt", "details", "id",
                "details_digest", "link",
            ]),
            let sequence = number("sequence"), let at = moment, let kind = text("kind"),
            let actor = text("actor"), let subjects, let content,
            let id = hex("id").flatMap({ AuditRecordID(bytes: $0) }),
            let detailsDigest = digest("details_digest"),
            let link = digest("link")
        else { return nil }
        return AuditEntry(
            sequence: sequence, id: id, at: at, kind: kind, actor: actor, subjects: subjects,
            content: content.value, detailsDigest: detailsDigest, link: link)
    }

    var checkpoint: AuditCheckpoint? {
        guard has(["type", "number", "sequence", "at", "link", "key", "signature", "marks"]),
            let number = number("number"), let sequence = self.number("sequence"), let at = moment,
            let link = digest("link"), let key = digest("key"), let signature = hex("signature"),
            let marks = hex("marks"), signature.count == 64, marks.count % AuditChain.markBytes == 0
        else { return nil }
        return AuditCheckpoint(
            number: number, sequence: sequence, at: at, link: link, marks: marks, key: key,
            signature: signature)
    }

    /// The checkpoint of a line of audit-checkpoints.jsonl, as what a log is held against.
    var witness: (log: AuditLogID, witness: AuditVerifier.Witness, isSigned: (_ publicKey: [UInt8]) -> Bool)?
    {
        guard
            has(["type", "number", "sequence", "at", "link", "key", "signature", "log", "marks_digest"]),
            let number = number("number"), let sequence = self.number("sequence"), let at = moment,
            let link = digest("link"), let log = hex("log").flatMap({ AuditLogID(bytes: $0) }),
            let marks = digest("marks_digest"), let signature = hex("signature"), signature.count == 64
        else { return nil }
        return (
            log, AuditVerifier.Witness(number: number, sequence: sequence, link: link),
            { publicKey in
                AuditSignature.holds(
                    signature, log: log, number: number, sequence: sequence, at: at, link: link,
                    marksDigest: marks, publicKey: publicKey)
            }
        )
    }

    func text(_ name: String) -> String? {
        if case .text(let text)? = members[name] { text } else { nil }
    }

    /// Exactly these, so that nothing can be hidden in a line that verifies.
    private func has(_ names: Set<String>) -> Bool { Set(members.keys) == names }

    private func number(_ name: String) -> UInt64? {
        guard case .integer(let number)? = members[name], number >= 1 else { return nil }
        return UInt64(number)
    }

    private var moment: Timestamp? {
        guard case .integer(let milliseconds)? = members["at"] else { return nil }
        return Timestamp(milliseconds: Int64(milliseconds))
    }

    private func hex(_ name: String) -> [UInt8]? { text(name).flatMap { Hex.bytes($0) } }

    private func digest(_ name: String) -> Digest? { hex(name).flatMap { Digest(bytes: $0) } }

    private var subjects: [String]? {
        guard case .list(let values)? = members["subjects"] else { return nil }
        let texts = values.compactMap { value in if case .text(let text) = value { text } else { nil } }
        return texts.count == values.count ? texts : nil
    }

    /// Erased content is two nulls; there is no other half of it.
    private var content: (value: AuditEntry.Content?, isRead: Bool)? {
        if members["salt"] == .null, members["details"] == .null { return (nil, true) }
        guard let salt = hex("salt").flatMap({ Salt(bytes: $0) }), let details = text("details") else {
            return nil
        }
        return (AuditEntry.Content(salt: salt, details: Array(details.utf8)), true)
    }
}
