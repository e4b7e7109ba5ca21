package import Chat

/// What a client knows of a server before it connects: the key that it trusts, and which one it is.
package struct KnownIdentity: Hashable, Sendable {
    package let fingerprint: Digest
    /// `nil` where only the fingerprint was given.
    package let number: UInt64?

    package init(fingerprint: Digest, number: UInt64? = nil) {
        self.fingerprint = fingerprint
        self.number = number
    }
}

/// Why a chain of identity keys is not followed.
package enum IdentityChainFault: String, Error, Hashable, Sendable {
    /// An entry that is none, or one that nobody asked for.
    case malformed = "identity_chain_malformed"
    /// More entries than `IdentityChain.mostChanges`.
    case tooDeep = "identity_chain_too_deep"
    /// Numbers that do not follow one another, from the known key's to the server's.
    case gap = "identity_chain_gap"
    /// An entry that was made for another server.
    case wrongServer = "identity_chain_wrong_server"
    /// An entry by another key than the one before it leads to, or that ends at another key.
    case wrongKey = "identity_chain_wrong_key"
    /// The old key did not sign this.
    case wrongSignature = "identity_chain_wrong_signature"
    /// It begins later than the client's clock says, with the tolerance of the hello.
    case notYetValid = "identity_chain_not_yet_valid"
}

/// The changes that lead from one identity key to another, the oldest first.
package enum IdentityChain {
    /// Whoever missed more of them has to be told the new fingerprint.
    package static let mostChanges = 16
    /// Of one encoded change: two keys' worth of the largest RSA key, and what stands around them.
    package static let changeBytes = 4 * 1_024

    /// Whether `changes` lead from a key that is trusted to this server's, without a gap.
    /// - Parameter number: of the server's key.
    /// - Parameter latest: no change may begin later.
    package static func follow(
        _ changes: [IdentityChange], from known: KnownIdentity, to fingerprint: Digest, number: UInt64,
        of server: ServerID, latest: Timestamp, cryptography: some HelloCryptography
    ) throws(IdentityChainFault) {
        guard changes.count <= mostChanges else { throw .tooDeep }
        // What an attacker could have made as long as he wants is at least in order before it is verified.
        guard changes.last?.number == number, number >= UInt64(changes.count) else { throw .gap }
        let first = number - UInt64(changes.count)
        guard known.number ?? first == first else { throw .gap }
        var (trusted, expected) = (known.fingerprint, first)
        for change in changes {
            expected += 1
            guard change.number == expected else { throw .gap }
            guard change.server == server else { throw .wrongServer }
            guard cryptography.sha256(change.oldKey) == trusted else { throw .wrongKey }
            let signed = IdentityChange.signed(
                number: change.number, server: change.server, oldFingerprint: trusted,
                newFingerprint: change.newFingerprint, validFrom: change.validFrom)
            guard cryptography.isIdentitySignature(change.signature, of: signed, by: change.oldKey) else {
                throw .wrongSignature
            }
            guard change.validFrom <= latest else { throw .notYetValid }
            trusted = change.newFingerprint
        }
        guard trusted == fingerprint else { throw .wrongKey }
    }
}
