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
        var sealed: [UInt8] = [9]
        cipher.seal(
            text.span, key: key.span, nonce: nonce.span, authenticating: [1, 2].span, into: &sealed)
        #expect(sealed.count == 1 + count + AESGCM.tagCount)
        sealed.removeFirst()
        func opens(_ sealed: [UInt8], _ header: [UInt8]) -> [UInt8]? {
            var text: [UInt8] = [8]
            let isDone = cipher.open(
                sealed.span, key: key.span, nonce: nonce.span, authenticating: header.span, into: &text)
            #expect(isDone || text == [8], "nothing is handed out of what does not verify")
            return isDone ? Array(text.dropFirst()) : nil
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
        func value(_ key: UInt8, _ text: [UInt8]) -> [UInt8] {
            hmac.start(key: [UInt8](repeating: key, count: 32).span)
            for byte in text { hmac.update([byte].span) }
            let value = hmac.finish()
            return (0..<HMACSHA256.count).map { value[$0] }
        }
        let first = value(1, [1, 2, 3])
        #expect(value(2, [1, 2, 3]) != first)
        #expect(value(1, [1, 2, 4]) != first)
        #expect(value(1, [1, 2, 3]) == first)
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
