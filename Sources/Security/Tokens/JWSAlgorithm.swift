import Native

/// The signatures that tokens may have (RFC 7518, section 3.1; RFC 8037). What is not here is refused: above
/// all `none`, and everything where whoever verifies could also sign.
package enum JWSAlgorithm: String, CaseIterable, Sendable {
    case eddsa = "EdDSA"
    case es256 = "ES256"
    case ps256 = "PS256"
    case rs256 = "RS256"

    /// False also when the key is of another kind: the algorithm is the key's to choose, not the token's.
    func verify(_ signature: [UInt8], of message: [UInt8], by key: JSONWebKey.Material) -> Bool {
        switch (self, key) {
        case (.eddsa, .ed25519(let key)):
            Ed25519Key.verify(signature.span, of: message.span, publicKey: key.span)
        case (.es256, .p256(let x, let y)): TokenSignature.isP256(signature, of: message, x: x, y: y)
        case (.ps256, .rsa(let modulus, let exponent)):
            TokenSignature.isRSA(
                signature, of: message, modulus: modulus, exponent: exponent, scheme: .pss)
        case (.rs256, .rsa(let modulus, let exponent)):
            TokenSignature.isRSA(
                signature, of: message, modulus: modulus, exponent: exponent, scheme: .pkcs1)
        case (.eddsa, _), (.es256, _), (.ps256, _), (.rs256, _): false
        }
    }
}
