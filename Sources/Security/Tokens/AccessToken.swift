package import Chat

/// A short-lived proof that somebody logged in: whoever shows it within its quarter of an hour is let in
/// without a look at the disk. A JWT after RFC 9068, without the claims that only other servers would read
/// (`jti`, `client_id`).
package struct AccessToken: Hashable, Sendable {
    package let person: PersonID
    /// The session it was made from: withdrawn with it.
    package let session: LoginSessionID
    /// The person's: void after another password.
    package let epoch: UInt32
    package let issuedAt: Timestamp
    package let expiresAt: Timestamp

    package init(
        person: PersonID, session: LoginSessionID, epoch: UInt32, issuedAt: Timestamp, expiresAt: Timestamp
    ) {
        self.person = person
        self.session = session
        self.epoch = epoch
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
    }
}

/// The claims of an access token, as JSON.
struct AccessClaims: Codable {
    private enum CodingKeys: String, CodingKey {
        case session = "sid"
        case epoch
    }

    let common: TokenClaims
    let session: String
    let epoch: UInt32

    init(_ token: AccessToken, server: String) {
        let issued = token.issuedAt.milliseconds / 1_000
        common = TokenClaims(
            issuer: server, audience: [server], subject: token.person.description,
            expires: token.expiresAt.milliseconds / 1_000, notBefore: issued, issuedAt: issued)
        session = token.session.description
        epoch = token.epoch
    }

    init(from decoder: any Decoder) throws {
        common = try TokenClaims(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        session = try container.decode(String.self, forKey: .session)
        epoch = try container.decode(UInt32.self, forKey: .epoch)
    }

    func encode(to encoder: any Encoder) throws {
        try common.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(session, forKey: .session)
        try container.encode(epoch, forKey: .epoch)
    }

    /// `nil` when the ids are none, or the times no moments.
    var token: AccessToken? {
        guard let person = PersonID(text: common.subject), let session = LoginSessionID(text: session),
            let issued = common.issuedAt, issued < Self.greatestSecond, common.expires < Self.greatestSecond
        else { return nil }
        return AccessToken(
            person: person, session: session, epoch: epoch, issuedAt: Timestamp(milliseconds: issued * 1_000),
            expiresAt: Timestamp(milliseconds: common.expires * 1_000))
    }

    private static let greatestSecond: Int64 = .max / 1_000
}
