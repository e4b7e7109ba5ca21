package import Chat

/// The byte forms of the audit log that are hashed and signed (docs/audit.md). All numbers are big-endian.
///
/// Three digests an entry: of its details, which leaves them erasable; of the entry by itself, of which the
/// marks are made; and the link, which chains it to everything before it.
package enum AuditChain {
    /// What the signature of a checkpoint is over, at its beginning; a zero byte follows.
    package static let checkpointDomain = "securechat audit checkpoint 1"
    package static let markBytes = 8

    /// The link before the first entry: SHA-256 over 0x03 and the log's id.
    package static func genesis(of log: AuditLogID, hashing: some Hashing) -> Digest {
        var bytes: [UInt8] = [3]
        log.append(to: &bytes)
        return hashing.sha256(bytes)
    }

    /// SHA-256 over: 0x00, the salt (16 bytes), the details.
    package static func detailsDigest(_ content: AuditEntry.Content, hashing: some Hashing) -> Digest {
        var bytes: [UInt8] = [0]
        bytes.reserveCapacity(17 + content.details.count)
        content.salt.append(to: &bytes)
        bytes += content.details
        return hashing.sha256(bytes)
    }

    /// SHA-256 over: 0x01, id (16), time in milliseconds (8), kind, actor, the number of subjects (4), each
    /// subject, details digest (32). A text is its number of bytes (4) and its UTF-8.
    package static func bodyDigest(of entry: AuditEntry, hashing: some Hashing) -> Digest {
        var bytes: [UInt8] = [1]
        entry.id.append(to: &bytes)
        append(UInt64(bitPattern: entry.at.milliseconds), to: &bytes)
        append(entry.kind, to: &bytes)
        append(entry.actor, to: &bytes)
        append(UInt32(entry.subjects.count), to: &bytes)
        for subject in entry.subjects { append(subject, to: &bytes) }
        entry.detailsDigest.append(to: &bytes)
        return hashing.sha256(bytes)
    }

    /// SHA-256 over: 0x02, the previous link (32), sequence (8), body digest (32).
    package static func link(
        after previous: Digest, sequence: UInt64, body: Digest, hashing: some Hashing
    ) -> Digest {
        var bytes: [UInt8] = [2]
        previous.append(to: &bytes)
        append(sequence, to: &bytes)
        body.append(to: &bytes)
        return hashing.sha256(bytes)
    }

    /// The first eight bytes of an entry's body digest.
    package static func mark(of body: Digest) -> [UInt8] { Array(body.bytes.prefix(markBytes)) }

    /// What a checkpoint's signature is over: the domain, 0x00, the log's id (16), number (8), sequence (8),
    /// time (8), link (32), SHA-256 of the marks (32).
    package static func signedForm(
        log: AuditLogID, number: UInt64, sequence: UInt64, at: Timestamp, link: Digest, marksDigest: Digest
    ) -> [UInt8] {
        var bytes = Array(checkpointDomain.utf8) + [0]
        log.append(to: &bytes)
        append(number, to: &bytes)
        append(sequence, to: &bytes)
        append(UInt64(bitPattern: at.milliseconds), to: &bytes)
        link.append(to: &bytes)
        marksDigest.append(to: &bytes)
        return bytes
    }

    private static func append(_ number: some FixedWidthInteger & UnsignedInteger, to bytes: inout [UInt8]) {
        for shift in stride(from: number.bitWidth - 8, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        append(UInt32(text.utf8.count), to: &bytes)
        bytes += text.utf8
    }
}
