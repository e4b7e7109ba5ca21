import Security
import Testing

@Suite struct Base32Tests {
    /// RFC 4648, section 10, without the padding.
    @Test(arguments: [
        ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"),
        ("foobar", "MZXW6YTBOI"),
    ])
    func itIsTheStandards(text: String, encoded: String) {
        #expect(Base32.encode(Array(text.utf8)) == encoded)
        #expect(Base32.decode(encoded) == Array(text.utf8))
        #expect(Base32.decode(encoded.lowercased()) == Array(text.utf8))
    }

    /// A length that no bytes have, foreign characters, leftover bits.
    @Test(arguments: ["M", "MZX", "MZXW6Y", "MZ0W6YTB", "MZ1W6YTB", "MY======", "MZ", "MZXR", "ΜΥ"])
    func anythingElseIsNone(text: String) { #expect(Base32.decode(text) == nil) }
}
