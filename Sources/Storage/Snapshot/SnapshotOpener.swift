import Native

/// Decrypts what `SnapshotSealer` has encrypted. One thread at a time; holds one box.
struct SnapshotOpener: ~Copyable {
    private var cipher = AESGCM()
    private var held: [UInt8] = []
    private var number: UInt64 = 0

    init(key: [UInt8]) { cipher.use(key: key.span) }

    /// What is ready by it.
    /// - Throws: `.locked` when the first box does not open: the secret is another; `.damaged` behind it.
    mutating func add(_ bytes: [UInt8]) throws(SnapshotError) -> [UInt8] {
        held += bytes
        var ready: [UInt8] = []
        var taken = 0
        let count = SnapshotForm.boxBytes + AESGCM.tagCount
        while held.count - taken > count {
            ready += try open(held[taken..<taken + count], isLast: false)
            taken += count
        }
        held.removeFirst(taken)
        return ready
    }

    mutating func finish() throws(SnapshotError) -> [UInt8] { try open(held[...], isLast: true) }

    private mutating func open(
        _ box: ArraySlice<UInt8>, isLast: Bool
    ) throws(SnapshotError) -> [UInt8] {
        let header: [UInt8] = []
        let nonce = SnapshotForm.nonce(ofBox: number, isLast: isLast)
        guard let text = cipher.open(Array(box).span, nonce: nonce.span, authenticating: header.span) else {
            throw number == 0
                ? SnapshotError(.locked, "the passphrase or key does not open it")
                : SnapshotError(.damaged, "its encrypted stream does not open at box \(number)")
        }
        number += 1
        return text
    }
}
