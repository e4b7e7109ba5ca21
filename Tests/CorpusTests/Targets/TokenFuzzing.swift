import Chat
import Native
import Security

/// Tokens, published keys and claims as anybody may send them: nothing is believed that the key's owner did
/// not sign, and what is read has one form.
enum TokenFuzzing {
    /// RFC 8037, appendix A.4, and one of ours: all that the key of appendix A.2 has signed here.
    private static let key = JSONWebKey(
        id: nil, algorithm: nil,
        material: .ed25519(Base64.url.decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"[...]) ?? []))
    private static let signed =
        "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGc"
        + "vMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
    private static let now = Timestamp(milliseconds: 1_300_819_000_000)

    static func run(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        checkSignature(of: text)
        checkSecrets(text)
        checkKeys(bytes)
        checkClaims(bytes)
    }

    private static func checkSignature(of text: String) {
        let keys = JSONWebKeySet(keys: [key])
        guard let token = try? CompactJWS(text),
            let payload = try? token.verify(by: keys, allowing: Set(JWSAlgorithm.allCases))
        else { return }
        precondition(text == signed, "a token was believed that nobody signed")
        precondition(payload == Array("Example of Ed25519 signing".utf8))
    }

    private static func checkSecrets(_ text: String) {
        if let token = SessionToken(text: text) { precondition(token.text == text, "two forms of a token") }
        for kind in InviteToken.Kind.allCases {
            guard let token = InviteToken(text: text, kind) else { continue }
            precondition(token.text == text, "two forms of a link")
        }
    }

    private static func checkKeys(_ bytes: [UInt8]) {
        guard let set = try? JSONWebKeySet(json: bytes) else { return }
        precondition(set.keys.count <= JSONWebKeySet.mostKeys)
        // Whatever is no key must be found out by the signature's check, and not end the process.
        for key in set.keys.prefix(4) {
            let alone = JSONWebKeySet(keys: [key])
            let isBelieved =
                (try? CompactJWS(signed).verify(by: alone, allowing: Set(JWSAlgorithm.allCases))) != nil
            precondition(!isBelieved || key.material == Self.key.material, "another key's signature")
        }
    }

    private static func checkClaims(_ bytes: [UInt8]) {
        guard let claims = try? TokenJSON.decode(TokenClaims.self, from: bytes, or: .malformed),
            (try? claims.check(issuer: "joe", audience: "chat", now: now)) != nil
        else { return }
        let seconds = now.milliseconds / 1_000
        precondition(claims.issuer == "joe" && claims.audience.contains("chat"))
        precondition(claims.expires > seconds - TokenClaims.leeway)
        precondition(claims.notBefore ?? seconds <= seconds + TokenClaims.leeway)
    }
}
