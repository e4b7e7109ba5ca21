import Security
import Testing

@Suite struct ReplayDetectorTests {
    private let detector = ReplayDetector(most: 100, memory: .seconds(10), key: SipHash(key: 1, 2))

    @Test func aNonceIsNewOnce() {
        #expect(!detector.isRepeated(nonce(1), now: 0))
        #expect(!detector.isRepeated(nonce(2), now: 0))
        #expect(detector.isRepeated(nonce(1), now: 1))
        #expect(detector.isRepeated(nonce(2), now: 1))
        #expect(detector.count == 2)
    }

    @Test func everyByteTellsTwoApart() {
        #expect(!detector.isRepeated(nonce(0), now: 0))
        for index in 0..<32 {
            var other = nonce(0)
            other[index] ^= 1
            #expect(!detector.isRepeated(other, now: 0), "byte \(index)")
        }
    }

    @Test func itIsRememberedAsLongAsPromised() {
        #expect(!detector.isRepeated(nonce(1), now: 0))
        for second in stride(from: Int64(1), through: 9, by: 1) {
            #expect(!detector.isRepeated(nonce(Int(second) + 1), now: second * 1_000_000_000))
        }
        #expect(detector.isRepeated(nonce(1), now: 10_000_000_000))
        #expect(detector.isRepeated(nonce(10), now: 19_000_000_000), "ten seconds after it came")
    }

    @Test func itIsForgottenInTime() {
        #expect(!detector.isRepeated(nonce(1), now: 0))
        #expect(!detector.isRepeated(nonce(2), now: 10_000_000_000))
        #expect(!detector.isRepeated(nonce(3), now: 20_000_000_000))
        #expect(!detector.isRepeated(nonce(1), now: 20_000_000_000))
    }

    @Test func aFloodNeitherGrowsItNorPushesOutTheLast() {
        for number in 0..<10_000 {
            #expect(!detector.isRepeated(nonce(number), now: 0))
            #expect(detector.count <= 200)
        }
        for number in 9_900..<10_000 { #expect(detector.isRepeated(nonce(number), now: 0)) }
        #expect(!detector.isRepeated(nonce(1), now: 0), "long pushed out")
    }

    /// 32 bytes, told apart by the last two.
    private func nonce(_ number: Int) -> [UInt8] {
        let low = UInt8(truncatingIfNeeded: number)
        return [UInt8](repeating: 7, count: 30) + [UInt8(truncatingIfNeeded: number >> 8), low]
    }
}
