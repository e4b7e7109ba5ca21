package import Chat
package import Native

/// A server's part in the nonce of one login: it says until when it is good, and shows that this process gave
/// it. So nothing has to be remembered of the many that are given and never used.
package struct LoginChallenge: Hashable, Sendable {
    package static let count = 40
    /// For somebody to find their password and second factor at the provider.
    package static let lifetime = Duration.seconds(600)
    private static let label = Array("securechat/1 login challenge".utf8)
    private static let saltCount = 16

    package let bytes: [UInt8]

    /// What a client sent; `nil` for another length.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.count else { return nil }
        self.bytes = bytes
    }

    package init(key: borrowing SecretBytes, salt: (UInt64, UInt64), now: Timestamp) {
        let expires = UInt64(bitPattern: now.advanced(by: Self.lifetime).milliseconds)
        let stated = [expires, salt.0, salt.1].flatMap { number in
            stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> UInt64($0)) }
        }
        bytes = stated + Self.code(of: stated, key)
    }

    package var expires: Timestamp {
        let number = bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Timestamp(milliseconds: Int64(bitPattern: number))
    }

    /// Whether the holder of the key gave it.
    package func isGiven(by key: borrowing SecretBytes) -> Bool {
        let stated = bytes.dropLast(Self.saltCount)
        return constantTimeEqual(
            Array(bytes.suffix(Self.saltCount)).span, Self.code(of: Array(stated), key).span)
    }

    private static func code(of stated: [UInt8], _ key: borrowing SecretBytes) -> [UInt8] {
        var code = HMACSHA256()
        code.use(key: key.span)
        let value = code.code(of: label.span, stated.span)
        return (0..<saltCount).map { value[$0] }
    }
}

/// What ties an ID token to one login of one client at one server (docs/protocol.md, "By a provider").
package enum LoginNonce {
    package static let verifierCount = 32
    private static let label = "securechat/1 provider nonce"

    /// The `nonce` to ask for: who only sees the token does not know the verifier, and a server that is shown
    /// both cannot use them at another server or for another provider.
    package static func text(
        server: [UInt8], issuer: String, challenge: LoginChallenge, verifier: [UInt8]
    ) -> String {
        let parts = [Array(label.utf8), server, Array(issuer.utf8), challenge.bytes, verifier]
        let joined = parts.flatMap { part in
            [UInt32(24), 16, 8, 0].map { UInt8(truncatingIfNeeded: UInt32(part.count) >> $0) } + part
        }
        return Base64.url.encode(NativeHashing().sha256(joined).bytes)
    }
}
