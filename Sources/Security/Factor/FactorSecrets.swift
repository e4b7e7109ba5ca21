package import Chat
package import Native

/// Seals the secrets of second factors for the database, so that its file alone does not give them
/// (AES-256-GCM). Any thread.
///
/// Each is sealed by a key of its own, derived from the installation's and the factor's id, which is made
/// anew with each secret: so no key ever seals twice, and the nonce may be fixed.
package struct FactorSecrets: Sendable {
    private static let nonce = [UInt8](repeating: 0, count: AESGCM.nonceCount)
    private let key: ErasedBytes

    package init(key: ErasedBytes) { self.key = key }

    /// - Parameter factor: never the same for two secrets.
    package func seal(_ secret: OneTimePassword, as factor: SecondFactorID, of person: PersonID) -> [UInt8] {
        let secret = secret.bytes
        var sealed = secret + [UInt8](repeating: 0, count: AESGCM.tagCount)
        var cipher = AESGCM()
        cipher.use(key: key(of: factor).span)
        cipher.seal(
            0..<secret.count, of: &sealed, nonce: Self.nonce.span, authenticating: person.bytes.span)
        return sealed
    }

    /// `nil` for what was sealed for somebody else, under another installation's key, or was changed.
    package func open(_ factor: SecondFactor, of person: PersonID) -> OneTimePassword? {
        var cipher = AESGCM()
        cipher.use(key: key(of: factor.id).span)
        let secret = cipher.open(
            factor.sealedSecret.span, nonce: Self.nonce.span, authenticating: person.bytes.span)
        guard let secret, secret.count == OneTimePassword.secretCount else { return nil }
        return OneTimePassword(secret: secret)
    }

    private func key(of factor: SecondFactorID) -> ErasedBytes {
        HKDF.expand(key.span, info: factor.bytes.span, count: AESGCM.keyCount)
    }
}
