package import Chat
import Foundation
import Native

/// Signs and reads our own access tokens: Ed25519, one key for signing and the one before it, which still
/// verifies what it signed until that has expired. A value, replaced as a whole when the keys rotate.
///
/// The keys live in memory alone (ADR 12): a restart voids every access token, and so no withdrawal of one
/// has to outlive the process.
package struct AccessTokenKeys: Sendable {
    /// RFC 9068, section 2.1.
    private static let kind = "at+jwt"

    private let server: String
    private let current: Ed25519Key
    private let verifying: JSONWebKeySet

    /// - Parameter server: issuer and audience of all its tokens.
    package init(server: String = "securechat") {
        self.init(server: server, current: .generate(), before: nil)
    }

    private init(server: String, current: Ed25519Key, before: Ed25519Key?) {
        self.server = server
        self.current = current
        verifying = JSONWebKeySet(keys: [current, before].compactMap { $0 }.map(Self.published))
    }

    /// The next keys. Not more often than tokens live, or some would be void early.
    package func rotated() -> AccessTokenKeys {
        AccessTokenKeys(server: server, current: .generate(), before: current)
    }

    package func sign(_ token: AccessToken) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let header = ["alg": JWSAlgorithm.eddsa.rawValue, "kid": Self.name(of: current), "typ": Self.kind]
        guard let header = try? encoder.encode(header),
            let claims = try? encoder.encode(AccessClaims(token, server: server))
        else { preconditionFailure("AccessTokenKeys: strings and numbers are always JSON") }
        let signed = Base64.url.encode(Array(header)) + "." + Base64.url.encode(Array(claims))
        return signed + "." + Base64.url.encode(current.sign(Array(signed.utf8).span))
    }

    /// The token, if it is ours and good at this moment. Whether its session is still wanted is another
    /// question.
    package func read(_ text: String, now: Timestamp) throws(TokenFault) -> AccessToken {
        let jws = try CompactJWS(text)
        guard jws.kind == Self.kind else { throw .malformed }
        let payload = try jws.verify(by: verifying, allowing: [.eddsa])
        let claims = try TokenJSON.decode(AccessClaims.self, from: payload, or: .claims)
        try claims.common.check(issuer: server, audience: server, now: now)
        guard let token = claims.token else { throw .claims }
        return token
    }

    private static func published(_ key: Ed25519Key) -> JSONWebKey {
        JSONWebKey(id: name(of: key), algorithm: .eddsa, material: .ed25519(key.publicKey))
    }

    /// A key's name says nothing but which one it is.
    private static func name(of key: Ed25519Key) -> String {
        Base64.url.encode(Array(NativeHashing().sha256(key.publicKey).bytes.prefix(8)))
    }
}
