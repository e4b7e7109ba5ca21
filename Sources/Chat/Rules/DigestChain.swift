/// SHA-256, handed in: this module knows no cryptographic library.
package protocol Hashing: Sendable {
    func sha256(_ bytes: [UInt8]) -> Digest
}

/// The links that let a client prove it holds exactly what the server states (docs/protocol.md, "Digest
/// chain").
///
/// The content enters by a salted digest, so that it can be erased later and the chain still verifies.
package enum DigestChain {
    /// SHA-256 over: 0x00, the salt (16 bytes), the encoded content.
    package static func contentDigest(salt: Salt, content: [UInt8], hashing: some Hashing) -> Digest {
        var bytes: [UInt8] = [0]
        bytes.reserveCapacity(17 + content.count)
        salt.append(to: &bytes)
        bytes.append(contentsOf: content)
        return hashing.sha256(bytes)
    }

    /// SHA-256 over: 0x01, the previous link (32), room (16), sequence (8), event id (16), author (16), time
    /// in milliseconds (8), content digest (32). All numbers are big-endian.
    package static func link(
        after previous: Digest, room: RoomID, sequence: UInt64, id: EventID, author: PersonID, at: Timestamp,
        contentDigest: Digest, hashing: some Hashing
    ) -> Digest {
        var bytes: [UInt8] = [1]
        bytes.reserveCapacity(129)
        previous.append(to: &bytes)
        room.append(to: &bytes)
        append(sequence, to: &bytes)
        id.append(to: &bytes)
        author.append(to: &bytes)
        append(UInt64(bitPattern: at.milliseconds), to: &bytes)
        contentDigest.append(to: &bytes)
        return hashing.sha256(bytes)
    }

    /// Whether the event stands in its place after `previous`, with its content whole or erased; one that
    /// has both content and a digest, or neither, does not.
    package static func verifies(_ event: Event, after previous: Head, hashing: some Hashing) -> Bool {
        guard event.sequence == previous.sequence + 1 else { return false }
        guard event.content.isEmpty != (event.contentDigest == nil) else { return false }
        let digest =
            event.contentDigest ?? contentDigest(salt: event.salt, content: event.content, hashing: hashing)
        let expected = link(
            after: previous.link, room: event.room, sequence: event.sequence, id: event.id,
            author: event.author, at: event.at, contentDigest: digest, hashing: hashing)
        return expected == event.link
    }

    private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        for shift in stride(from: 56, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(shift)))
        }
    }
}
