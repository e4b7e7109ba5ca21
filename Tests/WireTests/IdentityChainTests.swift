import Chat
import Testing
import Wire

/// Keys whose signature is the key and what it signs; a key's fingerprint is its first byte.
private struct ToyCryptography: HelloCryptography {
    func sha256(_ bytes: [UInt8]) -> Digest { Samples.digest(bytes.first ?? 0) }

    func isIdentitySignature(_ signature: [UInt8], of bytes: [UInt8], by identityKey: [UInt8]) -> Bool {
        signature == identityKey + bytes
    }

    func isCredentialSignature(_ signature: [UInt8], of bytes: [UInt8], by publicKey: [UInt8]) -> Bool {
        signature == publicKey + bytes
    }
}

@Suite struct IdentityChainTests {
    private static let server = ServerID(high: 1, low: 1)
    private static let now = Timestamp(milliseconds: 1_000_000_000)
    private static let point = Array(repeating: UInt8(4), count: 65)

    /// The key number n has the fingerprint of the byte n.
    private static func change(
        _ number: UInt64, from old: UInt8? = nil, to new: UInt8? = nil, server: ServerID = server,
        at validFrom: Timestamp = now, signedBy: [UInt8]? = nil, statedNumber: UInt64? = nil
    ) -> IdentityChange {
        let old = [old ?? UInt8(number - 1)]
        let fingerprint = Samples.digest(new ?? UInt8(number))
        let signed = IdentityChange.signed(
            number: number, server: server, oldFingerprint: Samples.digest(old[0]),
            newFingerprint: fingerprint, validFrom: validFrom)
        return IdentityChange(
            number: statedNumber ?? number, server: server, oldKey: old, newFingerprint: fingerprint,
            validFrom: validFrom, signature: (signedBy ?? old) + signed)
    }

    private static func verify(
        _ changes: [[UInt8]], known: KnownIdentity?, key: UInt8, number: UInt64
    ) throws(HelloError) -> VerifiedServer {
        let clientOffer = ClientOffer(
            nonce: Array(repeating: 5, count: 32), agent: "tests/1", channelBinding: .none,
            knownIdentity: known?.fingerprint)
        let offer = ServerOffer(
            version: 1, server: server, incarnation: Samples.incarnation, time: now,
            nonce: Array(repeating: 9, count: 32), limits: StatedLimits(.standard), serverName: "ship",
            agent: "tests/1"
        ).encoded()
        let credential = Credential(
            id: CredentialID(high: 3, low: 3), server: server, notBefore: now, notAfter: now,
            publicKey: point, identityNumber: number
        ).encoded()
        let transcript = Transcript.signed(
            channelBinding: [], clientOffer: clientOffer.encoded(), serverOffer: offer,
            identityKey: [key], credential: credential, changes: changes)
        let hello = ServerHello(
            offer: offer, credential: credential,
            credentialSignature: [key] + Transcript.signed(credential: credential),
            transcriptSignature: point + transcript, identityKey: [key], changes: changes)
        return try HelloVerifier(
            offer: clientOffer, offerBytes: clientOffer.encoded(), channelBinding: [], known: known
        ).verify(hello, expected: nil, now: now, cryptography: ToyCryptography())
    }

    private static func verify(
        _ changes: [IdentityChange], known: UInt8 = 1, knownNumber: UInt64? = 1, key: UInt8 = 3,
        number: UInt64 = 3
    ) throws(HelloError) -> VerifiedServer {
        try verify(
            changes.map { $0.encoded() },
            known: KnownIdentity(fingerprint: Samples.digest(known), number: knownNumber), key: key,
            number: number)
    }

    private static func fault(_ changes: [IdentityChange]) -> HelloError? {
        do {
            _ = try verify(changes)
            return nil
        } catch {
            return error
        }
    }

    @Test func aClientFollowsTheChainToTheNewestKey() throws {
        let found = try Self.verify([Self.change(2), Self.change(3)])
        #expect(found.fingerprint == Samples.digest(3) && found.number == 3)
        #expect(found.successorOf == Samples.digest(1))
        let unnumbered = try Self.verify([Self.change(2), Self.change(3)], knownNumber: nil)
        #expect(unnumbered.successorOf == Samples.digest(1))
        let known = try Self.verify([], known: 3, knownNumber: 3)
        #expect(known.successorOf == nil && known.fingerprint == Samples.digest(3))
    }

    @Test func anotherKeyWithoutAChainIsNobodysSuccessor() throws {
        #expect(try Self.verify([]).successorOf == nil)
    }

    @Test func sixteenChangesAreFollowedAndNotOneMore() throws {
        let changes = (UInt64(1)...17).map { Self.change($0) }
        let all = try Self.verify(
            Array(changes.dropFirst()), known: 1, knownNumber: 1, key: 17, number: 17)
        #expect(all.successorOf == Samples.digest(1))
        #expect(throws: HelloError.identityChain(.tooDeep)) {
            try Self.verify(changes, known: 0, knownNumber: 0, key: 17, number: 17)
        }
    }

    @Test func eachFaultHasItsCode() {
        let last = Self.change(3)
        let other = ServerID(high: 2, low: 2)
        let cases: [(IdentityChainFault, [IdentityChange])] = [
            (.gap, [last]), (.gap, [Self.change(2)]), (.gap, [last, Self.change(2)]),
            (.gap, [Self.change(2), Self.change(2), last]),
            (.wrongServer, [Self.change(2, server: other), last]),
            (.wrongKey, [Self.change(2, from: 9), last]),
            (.wrongKey, [Self.change(2), Self.change(3, to: 9)]),
            (.wrongKey, [Self.change(2, to: 9), last]),
            (.wrongSignature, [Self.change(2, signedBy: [9]), last]),
            (.wrongSignature, [Self.change(9, from: 1, to: 2, statedNumber: 2), last]),
            (.notYetValid, [Self.change(2), Self.change(3, at: Self.now.advanced(by: .seconds(601)))]),
        ]
        for (index, (fault, changes)) in cases.enumerated() {
            #expect(Self.fault(changes) == .identityChain(fault), "case \(index)")
        }
        #expect(
            Self.fault([Self.change(2), Self.change(3, at: Self.now.advanced(by: .seconds(600)))]) == nil)
    }

    @Test func aLowerNumberThanTheKnownIsRefused() {
        #expect(throws: HelloError.identityRolledBack(known: 4, stated: 3)) {
            try Self.verify([], known: 4, knownNumber: 4)
        }
        #expect(throws: HelloError.identityRolledBack(known: 4, stated: 3)) {
            try Self.verify([], known: 3, knownNumber: 4)
        }
        #expect(throws: HelloError.identityChain(.gap)) { try Self.verify([], known: 3, knownNumber: 2) }
    }

    @Test func whatNobodyAskedForAndWhatIsNoneIsMalformed() {
        let expected = HelloError.identityChain(.malformed)
        #expect(throws: expected) { try Self.verify([Self.change(3)], known: 3, knownNumber: 3) }
        #expect(throws: expected) {
            try Self.verify([Self.change(3).encoded()], known: nil, key: 3, number: 3)
        }
        let known = KnownIdentity(fingerprint: Samples.digest(1))
        for bytes in [[], [0xff], Self.change(3).encoded() + [UInt8](repeating: 0, count: 4_096)] {
            #expect(throws: expected) { try Self.verify([bytes], known: known, key: 3, number: 3) }
        }
    }

    @Test func oneStatementHasTheseBytes() {
        let signed = IdentityChange.signed(
            number: 258, server: Self.server, oldFingerprint: .zero, newFingerprint: Samples.digest(1),
            validFrom: Timestamp(milliseconds: 3))
        let label = Array("securechat/1 identity change".utf8)
        #expect(Array(signed.prefix(32)) == [0, 0, 0, 28] + label)
        #expect(Array(signed[32..<44]) == [0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 1, 2])
        #expect(signed.count == 32 + 12 + 20 + 36 + 36 + 12)
        #expect(Array(signed.suffix(12)) == [0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 3])
    }

    @Test func changesAndOffersReadBack() throws {
        let change = Self.change(2)
        #expect(IdentityChange(encoded: change.encoded()) == change)
        let offer = ClientOffer(
            nonce: Array(repeating: 5, count: 32), agent: "tests/1", channelBinding: .tlsExporter,
            knownIdentity: Samples.digest(7), exporter: Array(repeating: 6, count: 32))
        #expect(ClientOffer(encoded: offer.encoded()) == offer)
        for count in [1, 31, 33] {
            let wrong = ClientOffer(
                nonce: offer.nonce, agent: "", channelBinding: .tlsExporter,
                exporter: Array(repeating: 6, count: count))
            #expect(ClientOffer(encoded: wrong.encoded()) == nil)
        }
        let unbound = ClientOffer(
            nonce: offer.nonce, agent: "", channelBinding: .none, exporter: Array(repeating: 6, count: 32))
        #expect(ClientOffer(encoded: unbound.encoded()) == nil)
    }
}
