import Native
import Testing

@Suite struct OpenSSLPrimitiveTests {
    /// FIPS 180-4's examples.
    @Test(
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func sha256OfKnownTexts(text: String, expected: String) {
        let bytes = Array(text.utf8)
        let fromSpan = SHA256.digest(bytes.span)
        #expect(Self.hexadecimal(fromSpan) == expected)
        #expect(Self.hexadecimal(SHA256.digest(bytes)) == expected)
        var hash = SHA256()
        for _ in 0..<2 {
            for byte in bytes { hash.update([byte].span) }
            let value = hash.finish()
            #expect(Self.hexadecimal(value) == expected)
        }
    }

    @Test func sha256OfAMillionLetters() {
        let expected = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
        #expect(Self.hexadecimal(SHA256.digest(bytes)) == expected)
    }

    /// RFC 7914, section 12, without the one that takes a gigabyte.
    @Test(
        arguments: [
            (
                "", "", 4, 1, 1,
                "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
                    + "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906"
            ),
            (
                "password", "NaCl", 10, 8, 16,
                "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
                    + "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"
            ),
            (
                "pleaseletmein", "SodiumChloride", 14, 8, 1,
                "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
                    + "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"
            ),
        ])
    func scryptOfKnownPasswords(
        password: String, salt: String, logN: Int, r: Int, p: Int, expected: String
    ) throws {
        let key = try Scrypt.derive(
            password: Array(password.utf8).span, salt: Array(salt.utf8).span, logN: logN, r: r, p: p,
            count: 64)
        #expect(Self.hexadecimal(key) == expected)
    }

    @Test func scryptTakesTheCostThatWeUseAndRefusesNonsense() throws {
        let password = Array("secret".utf8)
        let key = try Scrypt.derive(
            password: password.span, salt: [1, 2, 3].span, logN: 15, r: 8, p: 3, count: 32)
        #expect(key.count == 32)
        let salt: [UInt8] = []
        let refused = [
            (0, 8, 1, 32), (25, 8, 1, 32), (4, 0, 1, 32), (4, 8, 0, 32), (4, 8, 1, 0), (16, 1, 1, 32),
        ]
        for (logN, r, p, count) in refused {
            #expect(throws: CryptographyError.self) {
                try Scrypt.derive(
                    password: password.span, salt: salt.span, logN: logN, r: r, p: p, count: count)
            }
        }
    }

    @Test func identitySignaturesVerifyUntilAnyBitChanges() throws {
        let key = IdentityKey.generate(bits: 2_048)
        let message = Array("the credential".utf8)
        let signature = key.sign(message.span)
        let publicKey = key.publicKey
        #expect(Self.identityVerifies(signature, message, publicKey))
        #expect(key.sign(message.span) != signature)
        for index in [0, signature.count / 2, signature.count - 1] {
            var forged = signature
            forged[index] ^= 1
            #expect(!Self.identityVerifies(forged, message, publicKey))
        }
        #expect(!Self.identityVerifies(signature, Array("another".utf8), publicKey))
        #expect(!Self.identityVerifies([], message, publicKey))
        #expect(!Self.identityVerifies(signature, message, (publicKey + [0])))
        #expect(!Self.identityVerifies(signature, message, []))

        let again = try IdentityKey(pem: key.pem)
        #expect(again.publicKey == publicKey)
        #expect(Self.identityVerifies(again.sign(message.span), message, publicKey))
        #expect(throws: CryptographyError.self) { try IdentityKey(pem: OpenSSLSamples.leaf.privateKey) }
        #expect(throws: CryptographyError.self) { try IdentityKey(pem: []) }
    }

    @Test func credentialSignaturesVerifyUntilAnyBitChanges() {
        let key = CredentialKey.generate()
        let message = Array("the transcript".utf8)
        let signature = key.sign(message.span)
        #expect(key.publicPoint.count == CredentialKey.pointCount)
        #expect(Self.credentialVerifies(signature, message, key.publicPoint))
        for index in signature.indices {
            var forged = signature
            forged[index] ^= 1
            #expect(!Self.credentialVerifies(forged, message, key.publicPoint))
        }
        #expect(!Self.credentialVerifies(signature, [], key.publicPoint))
        let other = CredentialKey.generate().publicPoint
        #expect(!Self.credentialVerifies(signature, message, other))
        var offCurve = key.publicPoint
        offCurve[64] ^= 1
        #expect(!Self.credentialVerifies(signature, message, offCurve))
        #expect(!Self.credentialVerifies(signature, message, [4]))
    }

    @Test func secretsHoldWhatTheyWereGivenAndCompareInConstantTime() {
        let secret = SecretBytes(copying: [1, 2, 3].span)
        let content = secret.span.array
        #expect(content == [1, 2, 3])
        #expect(Self.equal(content, [1, 2, 3]))
        #expect(!Self.equal(content, [1, 2, 4]))
        #expect(!Self.equal(content, [1, 2]))
        #expect(Self.equal([], []))
        let large = SecretBytes.random(count: 5_000)
        let other = SecretBytes.random(count: 5_000)
        let contents = (large.span.array, other.span.array)
        #expect(contents.0.count == 5_000 && contents.0 != contents.1)
    }

    @Test func randomNumbersDoNotRepeatOverManyRefills() {
        let random = SecureRandom()
        let numbers = (0..<10_000).map { _ in random.next() }
        #expect(Set(numbers).count == numbers.count)
        #expect(SecureRandom.bytes(count: 32) != SecureRandom.bytes(count: 32))
        #expect(SecureRandom.bytes(count: 0) == [])
    }

    // `#expect` cannot take a call's spans apart: arrays here.
    private static func identityVerifies(_ signature: [UInt8], _ message: [UInt8], _ key: [UInt8]) -> Bool {
        IdentityKey.verify(signature.span, of: message.span, publicKey: key.span)
    }

    private static func credentialVerifies(_ signature: [UInt8], _ message: [UInt8], _ point: [UInt8]) -> Bool
    {
        CredentialKey.verify(signature.span, of: message.span, publicPoint: point.span)
    }

    private static func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        constantTimeEqual(left.span, right.span)
    }

    private static func hexadecimal(_ value: SHA256.Value) -> String { hexadecimal(value.span.array) }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
