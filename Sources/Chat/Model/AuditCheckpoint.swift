/// The server's signature over the audit log up to one entry (docs/audit.md, "Checkpoints").
package struct AuditCheckpoint: Hashable, Sendable {
    /// 1, 2, 3 … without a gap.
    package let number: UInt64
    /// The last entry that it covers; as entries are dense, also how many it covers.
    package let sequence: UInt64
    package let at: Timestamp
    /// The chain's link at that entry.
    package let link: Digest
    /// A mark of eight bytes for each entry since the last checkpoint: they tell which entry is not what was
    /// signed.
    package let marks: [UInt8]
    /// SHA-256 of the public key.
    package let key: Digest
    /// Ed25519, 64 bytes.
    package let signature: [UInt8]

    package init(
        number: UInt64, sequence: UInt64, at: Timestamp, link: Digest, marks: [UInt8], key: Digest,
        signature: [UInt8]
    ) {
        self.number = number
        self.sequence = sequence
        self.at = at
        self.link = link
        self.marks = marks
        self.key = key
        self.signature = signature
    }
}
