import Native

/// Encrypts a snapshot's stream: AES-256-GCM, box by box. No nonce is used twice: the key is one snapshot's,
/// and each box has its number, with which it cannot change places, and the last one a mark, without which
/// the stream was cut off.
///
/// One thread at a time; holds one box.
struct SnapshotSealer: ~Copyable {
    private var cipher = AESGCM()
    private var held: [UInt8] = []
    private var number: UInt64 = 0

    init(key: [UInt8]) { cipher.use(key: key.span) }

    /// What is ready by it.
    mutating func add(_ bytes: [UInt8]) -> [UInt8] {
        held += bytes
        var ready: [UInt8] = []
        var taken = 0
        // One byte at least stays for the last box.
        while held.count - taken > SnapshotForm.boxBytes {
            ready += seal(held[taken..<taken + SnapshotForm.boxBytes], isLast: false)
            taken += SnapshotForm.boxBytes
        }
        held.removeFirst(taken)
        return ready
    }

    mutating func finish() -> [UInt8] { seal(held[...], isLast: true) }

    private mutating func seal(_ text: ArraySlice<UInt8>, isLast: Bool) -> [UInt8] {
        var box = Array(text) + [UInt8](repeating: 0, count: AESGCM.tagCount)
        let header: [UInt8] = []
        let nonce = SnapshotForm.nonce(ofBox: number, isLast: isLast)
        cipher.seal(0..<text.count, of: &box, nonce: nonce.span, authenticating: header.span)
        number += 1
        return box
    }
}
