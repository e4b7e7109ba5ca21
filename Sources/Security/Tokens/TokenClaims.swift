package import Chat

/// What every token says of itself (RFC 7519, section 4.1). Times are whole seconds of Unix time.
package struct TokenClaims: Codable, Hashable, Sendable {
    /// Clocks differ a little between machines, never by more than this if they are kept at all.
    package static let leeway: Int64 = 60

    package var issuer: String
    /// One name or several.
    package var audience: [String]
    package var subject: String
    package var expires: Int64
    package var notBefore: Int64?
    package var issuedAt: Int64?

    private enum CodingKeys: String, CodingKey {
        case issuer = "iss"
        case audience = "aud"
        case subject = "sub"
        case expires = "exp"
        case notBefore = "nbf"
        case issuedAt = "iat"
    }

    package init(
        issuer: String, audience: [String], subject: String, expires: Int64, notBefore: Int64?,
        issuedAt: Int64?
    ) {
        self.issuer = issuer
        self.audience = audience
        self.subject = subject
        self.expires = expires
        self.notBefore = notBefore
        self.issuedAt = issuedAt
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        issuer = try container.decode(String.self, forKey: .issuer)
        subject = try container.decode(String.self, forKey: .subject)
        if let one = try? container.decode(String.self, forKey: .audience) {
            audience = [one]
        } else {
            audience = try container.decode([String].self, forKey: .audience)
        }
        expires = try Self.seconds(container, .expires)
        notBefore = container.contains(.notBefore) ? try Self.seconds(container, .notBefore) : nil
        issuedAt = container.contains(.issuedAt) ? try Self.seconds(container, .issuedAt) : nil
    }

    /// Some providers write fractions (RFC 7519, section 2, NumericDate).
    private static func seconds(
        _ container: KeyedDecodingContainer<CodingKeys>, _ key: CodingKeys
    ) throws -> Int64 {
        let number = try container.decode(Double.self, forKey: key)
        guard let seconds = Int64(exactly: number.rounded(.down)), seconds >= 0 else {
            throw DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: "no moment")
        }
        return seconds
    }

    /// - Parameter now: the server's clock.
    /// - Throws: `.issuer`, `.audience`, `.expired` or `.notYetValid`.
    package func check(issuer: String, audience: String, now: Timestamp) throws(TokenFault) {
        guard self.issuer == issuer else { throw .issuer }
        guard self.audience.contains(audience) else { throw .audience }
        let seconds = now.milliseconds / 1_000
        guard seconds - Self.leeway < expires else { throw .expired }
        for moment in [notBefore, issuedAt].compactMap(\.self) where moment > seconds + Self.leeway {
            throw .notYetValid
        }
    }
}
