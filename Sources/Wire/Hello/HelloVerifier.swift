package import Chat

/// The cryptography of the hello, handed in: this module knows no cryptographic library.
package protocol HelloCryptography: Sendable {
    func sha256(_ bytes: [UInt8]) -> Digest

    /// RSA-PSS with SHA-256 and a salt of 32 bytes. False for a key that is not RSA or has fewer than 2048
    /// bits.
    func isIdentitySignature(_ signature: [UInt8], of bytes: [UInt8], by identityKey: [UInt8]) -> Bool

    /// ECDSA P-256 with SHA-256, DER. False for a point that is not on the curve.
    func isCredentialSignature(_ signature: [UInt8], of bytes: [UInt8], by publicKey: [UInt8]) -> Bool
}

/// Why a client does not believe a server.
package enum HelloError: Error, Hashable, Sendable {
    /// The offer or the credential is none.
    case malformed
    /// The server chose a version, a capability or a group that was not offered.
    case notOffered
    /// The identity key did not sign the credential.
    case wrongCredentialSignature
    /// The credential is for something else, or for another server.
    case wrongCredential
    /// By the client's clock, with `HelloVerifier.clockTolerance`.
    case credentialNotValid(notBefore: Timestamp, notAfter: Timestamp, now: Timestamp)
    /// Somebody stands between the two, or the connection is not the one it was signed for.
    case wrongTranscriptSignature
    /// The server proved who it is, and does not seal.
    case notSealed
    /// The server proved an identity, but not the one that was expected.
    case unexpectedIdentity(fingerprint: Digest)
    /// The changes that came with another identity than the known one do not lead to it.
    case identityChain(IdentityChainFault)
    /// An identity that is older than the one that is known.
    case identityRolledBack(known: UInt64, stated: UInt64)
}

/// A server that has proved who it is.
package struct VerifiedServer: Hashable, Sendable {
    package let offer: ServerOffer
    /// The SHA-256 of its identity key: what clients pin.
    package let fingerprint: Digest
    /// Which of the server's identity keys it is, by the key's own word.
    package let number: UInt64
    /// The known identity, where that key has vouched for this one.
    package let successorOf: Digest?
    /// How far its clock was ahead of the client's when the hello came: the way here counts too.
    package let clockLead: Duration
    /// The SHA-256 of the hello's transcript: what the sealed layer is bound to.
    package let transcript: Digest
}

/// The client's half of the hello: whether the server is who it must be. Checks in the order that
/// docs/protocol.md gives ("The server's proof").
package struct HelloVerifier: Sendable {
    /// How far the clocks of client and server may differ for the credential's validity.
    package static let clockTolerance = Duration.seconds(600)

    /// What the client sent, and its encoding.
    private let offer: ClientOffer
    private let offerBytes: [UInt8]
    /// 32 bytes of the TLS exporter, or none, as the offer says.
    private let channelBinding: [UInt8]
    private let known: KnownIdentity?

    /// `known` is the identity whose fingerprint the offer names.
    package init(
        offer: ClientOffer, offerBytes: [UInt8], channelBinding: [UInt8], known: KnownIdentity? = nil
    ) {
        precondition(offer.knownIdentity == known?.fingerprint, "the offer names what is known")
        switch offer.channelBinding {
        case .none: precondition(channelBinding.isEmpty, "the offer says that nothing is bound")
        case .tlsExporter: precondition(channelBinding.count == ChannelBinding.exporterBytes)
        }
        self.offer = offer
        self.offerBytes = offerBytes
        self.channelBinding = channelBinding
        self.known = known
    }

    /// `expected` is the fingerprint that was pinned; `nil` when the caller decides by the answer's.
    package func verify(
        _ hello: ServerHello, expected: Digest?, now: Timestamp, cryptography: some HelloCryptography
    ) throws(HelloError) -> VerifiedServer {
        guard let answer = ServerOffer(encoded: hello.offer),
            let credential = Credential(encoded: hello.credential)
        else { throw .malformed }
        guard offer.versions.contains(answer.version),
            answer.capabilities.allSatisfy(offer.capabilities.contains), isOffered(answer.keyShare)
        else { throw .notOffered }
        guard
            cryptography.isIdentitySignature(
                hello.credentialSignature, of: Transcript.signed(credential: hello.credential),
                by: hello.identityKey)
        else { throw .wrongCredentialSignature }
        guard credential.purpose == Credential.purpose, credential.server == answer.server
        else { throw .wrongCredential }
        let earliest = credential.notBefore.advanced(by: .zero - Self.clockTolerance)
        guard earliest <= now, now <= credential.notAfter.advanced(by: Self.clockTolerance)
        else {
            throw .credentialNotValid(
                notBefore: credential.notBefore, notAfter: credential.notAfter, now: now)
        }
        let transcript = Transcript.signed(
            channelBinding: channelBinding, clientOffer: offerBytes, serverOffer: hello.offer,
            identityKey: hello.identityKey, credential: hello.credential, changes: hello.changes)
        guard
            cryptography.isCredentialSignature(
                hello.transcriptSignature, of: transcript, by: credential.publicKey)
        else { throw .wrongTranscriptSignature }
        let fingerprint = cryptography.sha256(hello.identityKey)
        let predecessor = try follow(
            hello.changes, to: fingerprint, credential, now: now, cryptography: cryptography)
        if let expected, expected != fingerprint, expected != predecessor {
            throw .unexpectedIdentity(fingerprint: fingerprint)
        }
        return VerifiedServer(
            offer: answer, fingerprint: fingerprint, number: credential.identityNumber,
            successorOf: predecessor,
            clockLead: now.interval(to: answer.time), transcript: cryptography.sha256(transcript))
    }

    /// The known identity, if the changes lead from it to the server's; `nil` where there are none.
    private func follow(
        _ changes: [[UInt8]], to fingerprint: Digest, _ credential: Credential, now: Timestamp,
        cryptography: some HelloCryptography
    ) throws(HelloError) -> Digest? {
        guard changes.count <= IdentityChain.mostChanges else { throw .identityChain(.tooDeep) }
        let number = credential.identityNumber
        if let least = known?.number, number < least {
            throw .identityRolledBack(known: least, stated: number)
        }
        guard let known, known.fingerprint != fingerprint else {
            guard changes.isEmpty else { throw .identityChain(.malformed) }
            // A key has one number for ever.
            guard known?.number ?? number == number else { throw .identityChain(.gap) }
            return nil
        }
        guard !changes.isEmpty else { return nil }
        let entries = changes.compactMap { IdentityChange(encoded: $0) }
        guard entries.count == changes.count else { throw .identityChain(.malformed) }
        do throws(IdentityChainFault) {
            try IdentityChain.follow(
                entries, from: known, to: fingerprint, number: number, of: credential.server,
                latest: now.advanced(by: Self.clockTolerance), cryptography: cryptography)
        } catch {
            throw .identityChain(error)
        }
        return known.fingerprint
    }

    private func isOffered(_ share: SealShare?) -> Bool {
        guard let share else { return true }
        return offer.keyShares.contains { $0.group == share.group }
    }
}
