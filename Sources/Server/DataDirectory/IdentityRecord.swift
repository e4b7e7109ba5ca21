package import Chat
package import Native
package import Security
package import Wire

/// The server's identity key, which of its keys that is, and how it came to be: what one file holds, so that
/// a key and its place in the chain are replaced together. Immutable; any thread.
///
/// The file is the private key in PEM with lines behind it that PEM's readers pass over (RFC 7468, section
/// 2): `identity-number: N` and, the oldest first, `identity-change: BASE64` of each `IdentityChange`.
package struct IdentityRecord: Sendable {
    private static let numberLabel = "identity-number: "
    private static let changeLabel = "identity-change: "

    package let key: IdentityKey
    /// How many keys the server had before this one.
    package let number: UInt64
    /// `IdentityChain.mostChanges` at most; the last leads to this key.
    package let changes: [IdentityChange]

    /// A server's first key.
    package init(key: IdentityKey) { self.init(key: key, number: 0, changes: []) }

    private init(key: IdentityKey, number: UInt64, changes: [IdentityChange]) {
        self.key = key
        self.number = number
        self.changes = changes
    }

    package var publicKey: [UInt8] { key.publicKey }
    package var fingerprint: Fingerprint { Fingerprint(publicKey: publicKey) }

    // MARK: another key

    /// With a new key that the present one vouches for. The oldest change beyond the chain's depth is
    /// forgotten.
    package func rotated(to next: IdentityKey, of server: ServerID, at now: Timestamp) -> IdentityRecord {
        let fingerprint = Fingerprint(publicKey: next.publicKey).digest
        let signed = IdentityChange.signed(
            number: number + 1, server: server, oldFingerprint: self.fingerprint.digest,
            newFingerprint: fingerprint, validFrom: now)
        let change = IdentityChange(
            number: number + 1, server: server, oldKey: publicKey, newFingerprint: fingerprint,
            validFrom: now, signature: key.sign(signed.span))
        return IdentityRecord(
            key: next, number: number + 1, changes: (changes + [change]).suffix(IdentityChain.mostChanges))
    }

    /// With a new key that nothing vouches for: after the present one has leaked, its word is worth nothing.
    package func replaced(by next: IdentityKey) -> IdentityRecord {
        IdentityRecord(key: next, number: number + 1, changes: [])
    }

    // MARK: the file

    /// For a file of mode 0600.
    package var encoded: [UInt8] {
        var lines = "\(Self.numberLabel)\(number)\n"
        for change in changes { lines += Self.changeLabel + Base64.standard.encode(change.encoded()) + "\n" }
        return key.pem + Array(lines.utf8)
    }

    /// - Throws: `CryptographyError` when there is no key in it, `IdentityRecordFault` when a line is wrong.
    package init(encoded: [UInt8]) throws {
        let key = try IdentityKey(pem: encoded)
        var number: UInt64 = 0
        var changes: [IdentityChange] = []
        for line in String(decoding: encoded, as: UTF8.self).split(separator: "\n") {
            if line.hasPrefix(Self.numberLabel) {
                guard let stated = UInt64(line.dropFirst(Self.numberLabel.count)), stated < .max else {
                    throw IdentityRecordFault(reason: "its identity-number is no number")
                }
                number = stated
            } else if line.hasPrefix(Self.changeLabel) {
                let bytes = Base64.standard.decode(line.dropFirst(Self.changeLabel.count))
                guard let change = bytes.flatMap({ IdentityChange(encoded: $0) }) else {
                    throw IdentityRecordFault(reason: "identity-change \(changes.count + 1) is none")
                }
                changes.append(change)
            }
        }
        self.init(key: key, number: number, changes: changes)
    }

    /// Whether the changes lead to this key as clients will check it.
    /// - Throws: `IdentityRecordFault`.
    package func verify(of server: ServerID, at now: Timestamp) throws(IdentityRecordFault) {
        guard let first = changes.first else { return }
        let hashing = ProofCryptography()
        do throws(IdentityChainFault) {
            try IdentityChain.follow(
                changes, from: KnownIdentity(fingerprint: hashing.sha256(first.oldKey)),
                to: fingerprint.digest, number: number, of: server,
                latest: now.advanced(by: HelloVerifier.clockTolerance), cryptography: hashing)
        } catch {
            throw IdentityRecordFault(reason: "its changes do not lead to its key (\(error.rawValue))")
        }
    }
}

/// Why a file with an identity key cannot be used. A value; any thread.
package struct IdentityRecordFault: Error, Hashable, Sendable, CustomStringConvertible {
    package let reason: String

    package var description: String { reason }
}

/// What the server checks its own chain with, as clients do.
private struct ProofCryptography: HelloCryptography {
    func sha256(_ bytes: [UInt8]) -> Digest { NativeHashing().sha256(bytes) }

    func isIdentitySignature(_ signature: [UInt8], of bytes: [UInt8], by identityKey: [UInt8]) -> Bool {
        IdentityProof.isIdentitySignature(signature, of: bytes, by: identityKey)
    }

    func isCredentialSignature(_ signature: [UInt8], of bytes: [UInt8], by publicKey: [UInt8]) -> Bool {
        IdentityProof.isCredentialSignature(signature, of: bytes, by: publicKey)
    }
}
