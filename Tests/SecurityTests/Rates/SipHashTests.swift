import Security
import Testing

@Suite struct SipHashTests {
    /// The vector of the authors' reference implementation for sixteen bytes: key and input are 0, 1, 2 …
    @Test func theReferenceVectorHolds() {
        let (low, high): (UInt64, UInt64) = (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908)
        #expect(SipHash(key: low, high)(low, high) == 0x3f2a_cc7f_57c2_9bdb)
    }

    @Test func anotherKeyGivesAnotherHash() {
        #expect(SipHash(key: 1, 2)(3, 4) != SipHash(key: 1, 3)(3, 4))
        #expect(SipHash(key: 1, 2)(3, 4) != SipHash(key: 1, 2)(4, 3))
    }
}
