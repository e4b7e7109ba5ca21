import Native
import Testing

/// What the sealed layer stands on. Known values are Tests/Vectors' business; here is what must hold for any.
@Suite struct OpenSSLSealingTests {
    private static func agree(_ key: EphemeralKey, _ peer: [UInt8]) -> [UInt8]? {
        guard let secret = key.agree(with: peer.span) else { return nil }
        let span = secret.span
        return (0..<secret.count).map { span[$0] }
    }

    private static func verify(_ signature: [UInt8], _ message: [UInt8], _ key: [UInt8]) -> Bool {
        Ed25519Key.verify(signature.span, of: message.span, publicKey: key.span)
    }

    @Test(arguments: AgreementGroup.allCases) func bothSidesFindTheSameSecret(group: AgreementGroup) throws {
        let (one, other) = (EphemeralKey(group), EphemeralKey(group))
        #expect(one.publicKey.count == group.publicKeyCount)
        let secret = try #require(Self.agree(one, other.publicKey))
        #expect(Self.agree(other, one.publicKey) == secret)
        #expect(Self.agree(EphemeralKey(group), one.publicKey) != secret)
    }

    @Test(arguments: AgreementGroup.allCases) func whatIsNoPublicKeyIsRefused(group: AgreementGroup) {
        let key = EphemeralKey(group)
        for count in [0, 1, 31, 33, 64, 66] where count != group.publicKeyCount {
            #expect(Self.agree(key, [UInt8](repeating: 4, count: count)) == nil)
        }
        #expect(Self.agree(key, [UInt8](repeating: 0, count: group.publicKeyCount)) == nil)
    }

    @Test func aPointOffTheCurveIsRefused() {
        var point = EphemeralKey(.p256).publicKey
        point[64] ^= 1
        #expect(Self.agree(EphemeralKey(.p256), point) == nil)
    }

    @Test(arguments: [0, 1, 15, 16, 17, 1_000]) func everyFlippedBitIsFound(count: Int) {
        var cipher = AESGCM()
        let key = [UInt8](repeating: 3, count: AESGCM.keyCount)
        let nonce = [UInt8](repeating: 5, count: AESGCM.nonceCount)
        let text = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        var bytes = [9] + text + [UInt8](repeating: 0, count: AESGCM.tagCount) + [9]
        cipher.use(key: key.span)
        cipher.seal(1..<1 + count, of: &bytes, nonce: nonce.span, authenticating: [1, 2].span)
        #expect(bytes.first == 9 && bytes.last == 9, "nothing around it is touched")
        let sealed = Array(bytes.dropFirst().dropLast())
        func opens(_ sealed: [UInt8], _ header: [UInt8]) -> [UInt8]? {
            cipher.open(sealed.span, nonce: nonce.span, authenticating: header.span)
        }
        #expect(opens(sealed, [1, 2]) == text)
        #expect(opens(sealed, [1, 3]) == nil)
        #expect(opens(sealed, []) == nil)
        #expect(opens(Array(sealed.dropLast()), [1, 2]) == nil)
        #expect(opens([], [1, 2]) == nil)
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 0x10
            #expect(opens(changed, [1, 2]) == nil)
        }
    }

    @Test func anInstanceOfHMACServesManyKeys() {
        var hmac = HMACSHA256()
        func value(_ key: UInt8?, _ text: [UInt8], cut: Int = 1) -> [UInt8] {
            if let key { hmac.use(key: [UInt8](repeating: key, count: 32).span) }
            let value = hmac.code(of: Array(text[..<cut]).span, Array(text[cut...]).span)
            return (0..<HMACSHA256.count).map { value[$0] }
        }
        let first = value(1, [1, 2, 3])
        #expect(value(nil, [1, 2, 3]) == first, "the key stays")
        #expect(value(nil, [1, 2, 4]) != first)
        #expect(value(2, [1, 2, 3]) != first)
        #expect(value(1, [1, 2, 3], cut: 3) == first)
        #expect(value(nil, [1, 2, 3], cut: 0) == first)
    }

    @Test func onlyTheKeyThatSignedVerifies() {
        let key = Ed25519Key.generate()
        let signature = key.sign([1, 2, 3].span)
        #expect(signature.count == Ed25519Key.signatureCount)
        #expect(Self.verify(signature, [1, 2, 3], key.publicKey))
        #expect(!Self.verify(signature, [1, 2, 4], key.publicKey))
        #expect(!Self.verify(signature, [1, 2, 3], Ed25519Key.generate().publicKey))
        #expect(!Self.verify([], [1, 2, 3], key.publicKey))
        #expect(!Self.verify(signature, [1, 2, 3], []))
    }

    @Test func aSigningKeyIsKeptInAFileAndAnotherKindIsRefused() throws {
        let key = Ed25519Key.generate()
        let again = try Ed25519Key(pem: key.pem)
        #expect(again.publicKey == key.publicKey)
        #expect(again.sign([1].span) == key.sign([1].span))
        let other = IdentityKey.generate(bits: IdentityKey.leastBits).pem
        #expect(throws: CryptographyError.self) { try Ed25519Key(pem: other) }
        #expect(throws: CryptographyError.self) { try Ed25519Key(pem: Array("nothing".utf8)) }
    }
}
