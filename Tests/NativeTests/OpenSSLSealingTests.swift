import Native
import Testing

/// What the sealed layer stands on. Known values are Tests/Vectors' business; here is what must hold for any.
@Suite struct OpenSSLSealingTests {
    @Test(arguments: AgreementGroup.allCases) func bothSidesFindTheSameSecret(group: AgreementGroup) throws {
        let (one, other) = (EphemeralKey(group), EphemeralKey(group))
        #expect(one.publicKey.count == group.publicKeyCount)
        let first = try #require(one.agree(with: other.publicKey.span))
        let second = try #require(other.agree(with: one.publicKey.span))
        #expect(constantTimeEqual(first.span, second.span))
        let stranger = try #require(EphemeralKey(group).agree(with: one.publicKey.span))
        #expect(!constantTimeEqual(first.span, stranger.span))
    }

    @Test(arguments: AgreementGroup.allCases) func whatIsNoPublicKeyIsRefused(group: AgreementGroup) {
        let key = EphemeralKey(group)
        for count in [0, 1, 31, 33, 64, 66] where count != group.publicKeyCount {
            #expect(key.agree(with: [UInt8](repeating: 4, count: count).span) == nil)
        }
        #expect(key.agree(with: [UInt8](repeating: 0, count: group.publicKeyCount).span) == nil)
    }

    @Test func aPointOffTheCurveIsRefused() {
        var point = EphemeralKey(.p256).publicKey
        point[64] ^= 1
        #expect(EphemeralKey(.p256).agree(with: point.span) == nil)
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
        #expect(Ed25519Key.verify(signature.span, of: [1, 2, 3].span, publicKey: key.publicKey.span))
        #expect(!Ed25519Key.verify(signature.span, of: [1, 2, 4].span, publicKey: key.publicKey.span))
        let other = Ed25519Key.generate().publicKey
        #expect(!Ed25519Key.verify(signature.span, of: [1, 2, 3].span, publicKey: other.span))
        #expect(!Ed25519Key.verify([].span, of: [1, 2, 3].span, publicKey: key.publicKey.span))
        #expect(!Ed25519Key.verify(signature.span, of: [1, 2, 3].span, publicKey: [].span))
    }
}
