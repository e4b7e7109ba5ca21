import Chat
import Testing

@testable import Security

@Suite struct FingerprintTests {
    /// FIPS 180-4's example: the SHA-256 of "abc".
    private let abc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    @Test func isTheSHA256OfTheKey() {
        #expect("\(Fingerprint(publicKey: Array("abc".utf8)))" == abc)
        #expect(Fingerprint(text: abc) == Fingerprint(publicKey: Array("abc".utf8)))
    }

    @Test func readsWhatPeopleCopy() {
        let expected = Fingerprint(text: abc)
        #expect(expected != nil)
        #expect(Fingerprint(text: abc.uppercased()) == expected)
        var colons = "sha256"
        for (index, digit) in abc.dropFirst(7).enumerated() {
            if index % 2 == 0 { colons += ":" }
            colons.append(digit)
        }
        #expect(Fingerprint(text: colons) == expected)
    }

    @Test(
        "Anything else is refused",
        arguments: [
            "", "sha256:", "ba7816bf",
            "sha1:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a",
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015adad",
            "sha256:ga7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "sha256:１a7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        ])
    func refused(text: String) {
        #expect(Fingerprint(text: text) == nil)
    }
}
