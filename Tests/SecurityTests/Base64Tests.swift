import Testing

@testable import Security

@Suite struct Base64Tests {
    @Test(
        "The vectors of RFC 4648, without their padding",
        arguments: [
            ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy"),
        ])
    func vectors(plain: String, encoded: String) {
        for alphabet in [Base64.standard, .url] {
            #expect(alphabet.encode(Array(plain.utf8)) == encoded)
            #expect(alphabet.decode(encoded) == Array(plain.utf8))
        }
    }

    @Test func theTwoAlphabetsDifferInTwoCharacters() {
        let bytes: [UInt8] = [0xfb, 0xff, 0xbf]
        #expect(Base64.standard.encode(bytes) == "+/+/")
        #expect(Base64.url.encode(bytes) == "-_-_")
        #expect(Base64.url.decode("+/+/") == nil)
        #expect(Base64.standard.decode("-_-_") == nil)
    }

    @Test(
        "Whatever is not the one text of some bytes is refused",
        arguments: ["Z", "Zh", "Zm9=", "Zm 9", "Zg==", "Zm9vY", "ä"])
    func refused(text: String) {
        #expect(Base64.standard.decode(text) == nil)
    }

    @Test func everyLengthComesBack() {
        for count in 0..<100 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ count) }
            #expect(Base64.url.decode(Base64.url.encode(bytes)) == bytes)
        }
    }
}
