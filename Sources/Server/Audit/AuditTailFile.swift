import Chat
import Native
import Security

/// The small file that says where the log's tail begins, what vouches for it, and how far it had come: 72
/// bytes, written anew with each checkpoint, so that the key of a tail that is signed is nowhere any more.
///
/// A value; used on the audit writer's thread. docs/audit.md, "The tail", says what it protects and what not.
struct AuditTailFile {
    private static let magic = Array("scaudit1".utf8)
    private static let sequencePlace = 8 + 16 + 8 + AuditTailKey.byteCount

    /// `nil` keeps nothing.
    let path: String?

    /// `nil` where there is none, or it is not whole.
    func read() throws(IOError) -> AuditTailState? {
        guard let path, try Files.status(of: path) != nil else { return nil }
        let bytes = try Files.read(path, limit: 1_024)
        guard bytes.count == Self.sequencePlace + 8, bytes.starts(with: Self.magic),
            let log = AuditLogID(bytes: bytes[8..<24]),
            let key = AuditTailKey(Array(bytes[32..<Self.sequencePlace]).span)
        else { return nil }
        return AuditTailState(
            log: log, checkpoint: Self.number(bytes[24..<32]),
            sequence: Self.number(bytes[Self.sequencePlace...]), key: key)
    }

    /// Begins a tail with a fresh key. On disk when it returns.
    func begin(log: AuditLogID, checkpoint: UInt64, sequence: UInt64) throws(IOError) -> AuditTailKey {
        let secret = SecretBytes.random(count: AuditTailKey.byteCount)
        guard let key = AuditTailKey(secret.span) else { preconditionFailure("a key has 32 bytes") }
        guard let path else { return key }
        var bytes = Self.magic + log.bytes + Self.bytes(checkpoint)
        for index in secret.span.indices { bytes.append(secret.span[index]) }
        bytes += Self.bytes(sequence)
        try Files.writeAtomically(path, bytes, mode: 0o600)
        return key
    }

    /// These entries are stored. Survives a kill of the process, not a power cut: the log may then hold more
    /// than is said here, never less.
    func reached(_ sequence: UInt64) throws(IOError) {
        guard let path else { return }
        try Files.overwrite(path, at: Self.sequencePlace, Self.bytes(sequence))
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func bytes(_ number: UInt64) -> [UInt8] {
        stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> UInt64($0)) }
    }
}
