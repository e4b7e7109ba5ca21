import Native
import Testing

@Suite struct SecureHeapTests {
    private static let mebibyte = 1 << 20

    @Test func itHasRoomForEachConnectionsKeyAndIsHalfOfWhatMayBeLocked() {
        let size = SecureHeap.byteCount
        #expect(size(1_000, 8 * Self.mebibyte) == 4 * Self.mebibyte)
        #expect(size(100_000, 8 * Self.mebibyte) == 4 * Self.mebibyte)
        #expect(size(100_000, 64 * Self.mebibyte) == 32 * Self.mebibyte)
        #expect(size(100_000, .max / 8) == 32 * Self.mebibyte, "what has no limit is not taken whole")
        #expect(size(100_000, 0) == 4 * Self.mebibyte, "OpenSSL needs it, locked or not")
        #expect(size(1_000_000, 0) == 32 * Self.mebibyte)
        for connections in stride(from: 1, through: 1_000_000, by: 9_973) {
            #expect(size(connections, 0) > connections * 32)
        }
    }

    @Test func secretsLieInItWhileItHasRoomAndElsewhereBeyond() {
        SecureHeap.open()
        var kept: [ErasedBytes] = []
        let secret = [UInt8](repeating: 7, count: 1 << 16)
        // More than there is: nobody is refused, and OpenSSL's part stays free.
        for _ in 0..<128 { kept.append(ErasedBytes(copying: secret.span)) }
        #expect(kept.contains { $0.isSecured } && kept.contains { !$0.isSecured })
        for one in kept { #expect(one.span[0] == 7 && one.span[one.count - 1] == 7) }
        #expect(IdentityKey.generate(bits: 2_048).sign([1].span).count == 256)
        kept = []
        #expect(ErasedBytes(copying: secret.span).isSecured, "what was given back is taken again")
    }
}
