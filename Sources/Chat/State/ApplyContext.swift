/// Encodes and decodes what events say; `Wire` does it.
package protocol ContentEncoding: Sendable {
    /// The bytes that are hashed, stored and sent. The same content gives the same bytes.
    func encode(_ content: Content) -> [UInt8]
    /// `nil` for what is not known, or erased.
    func decode(_ bytes: [UInt8]) -> Content?
}

/// What applying a command needs from outside: the moment, chance, and the two things that this module does
/// not know.
package struct ApplyContext<Random: RandomNumberGenerator, Hash: Hashing, Encoding: ContentEncoding> {
    package var now: Timestamp
    package var random: Random
    package let hashing: Hash
    package let encoding: Encoding
    /// Whether what must be recorded can be.
    package var audit = AuditIntake.open
    /// What there is room for.
    package var storage = StorageIntake.open

    package init(now: Timestamp, random: Random, hashing: Hash, encoding: Encoding) {
        self.now = now
        self.random = random
        self.hashing = hashing
        self.encoding = encoding
    }
}
