package import Chat

/// What a provider says of somebody, checked against what the operator says of the provider.
package struct ProviderTokenCheck: Sendable {
    /// ID tokens say who logged in at this client; access tokens were made for a resource.
    package enum Kind: Hashable, Sendable {
        /// With the nonce that it has to carry.
        case identity(nonce: String)
        case access
    }

    /// Believed: whom the provider means, and what it says of them.
    package struct Finding: Hashable, Sendable {
        package let identity: ExternalIdentity
        /// What a new person would be named; `nil` where the provider does not say.
        package let name: String?
        /// `nil` where the provider is not asked.
        package let isAdministrator: Bool?
        /// Only this login could have asked for the token.
        package let isBound: Bool
        package let expires: Timestamp
    }

    package static let algorithms: Set<JWSAlgorithm> = [.eddsa, .es256, .ps256, .rs256]
    /// Looked at of one token.
    package static let mostGroups = 2_048
    /// How old an ID token without the nonce may be.
    package static let greatestAge: Int64 = 300
    /// RFC 9068, section 2.1.
    private static let accessKind = "at+jwt"

    private let settings: ProviderSettings

    package init(_ settings: ProviderSettings) { self.settings = settings }

    package func check(
        _ token: CompactJWS, as kind: Kind, keys: JSONWebKeySet, now: Timestamp
    ) throws(ProviderFault) -> Finding {
        let payload: [UInt8]
        do throws(TokenFault) {
            payload = try token.verify(by: keys, allowing: Self.algorithms)
        } catch {
            throw .token(error)
        }
        // Strictly: what two readers could read differently is no claim.
        guard let claims = try? JSONReader.read(payload).value,
            let common = try? TokenJSON.decode(TokenClaims.self, from: payload, or: .claims)
        else { throw .token(.claims) }
        let isBound: Bool
        switch kind {
        case .identity(let nonce):
            guard token.kind != Self.accessKind else { throw .kind }
            try check(common, audience: settings.client, now: now)
            try checkParty("azp", in: claims, isNeeded: common.audience.count > 1)
            isBound = try check(nonce, in: claims, common, now: now)
        case .access:
            // An ID token is for the client, and never for a resource.
            guard !settings.audience.isEmpty, claims.member("nonce") == nil else { throw .kind }
            try check(common, audience: settings.audience, now: now)
            guard !common.audience.contains(settings.client) else { throw .kind }
            if token.kind == Self.accessKind { try checkProfile(claims) }
            isBound = false
        }
        return try finding(common, claims, isBound: isBound)
    }

    private func check(_ claims: TokenClaims, audience: String, now: Timestamp) throws(ProviderFault) {
        do throws(TokenFault) {
            try claims.check(issuer: settings.issuer, audience: audience, now: now)
        } catch {
            throw .token(error)
        }
    }

    /// OpenID Connect Core 1.0, section 3.1.3.7, steps 4 and 5.
    private func checkParty(_ name: String, in claims: JSONValue, isNeeded: Bool) throws(ProviderFault) {
        guard let party = claims.member(name) else {
            if isNeeded { throw .party }
            return
        }
        guard party.text == settings.client else { throw .party }
    }

    /// What RFC 9068, section 2.2, has every such token say.
    private func checkProfile(_ claims: JSONValue) throws(ProviderFault) {
        guard claims.member("client_id")?.text != nil, claims.member("jti")?.text != nil,
            claims.member("iat") != nil
        else { throw .token(.claims) }
    }

    /// Whether the nonce is there; it is never another one.
    private func check(
        _ nonce: String, in claims: JSONValue, _ common: TokenClaims, now: Timestamp
    ) throws(ProviderFault) -> Bool {
        guard let issued = common.issuedAt else { throw .token(.claims) }
        if let stated = claims.member("nonce") {
            guard stated.text == nonce else { throw .nonce }
            return true
        }
        guard !settings.requiresNonce else { throw .nonce }
        guard now.milliseconds / 1_000 - issued <= Self.greatestAge else { throw .late }
        return false
    }

    private func finding(
        _ common: TokenClaims, _ claims: JSONValue, isBound: Bool
    ) throws(ProviderFault) -> Finding {
        guard let identity = ExternalIdentity(issuer: common.issuer, subject: common.subject),
            common.expires < .max / 1_000
        else { throw .token(.claims) }
        let groups = Set(value(settings.groupsClaim, in: claims)?.texts?.prefix(Self.mostGroups) ?? [])
        guard settings.peopleGroup.isEmpty || groups.contains(settings.peopleGroup) else { throw .group }
        return Finding(
            identity: identity, name: value(settings.nameClaim, in: claims)?.text,
            isAdministrator: settings.administratorsGroup.isEmpty
                ? nil : groups.contains(settings.administratorsGroup),
            isBound: isBound, expires: Timestamp(milliseconds: common.expires * 1_000))
    }

    /// A claim of this name, or else along its dots.
    private func value(_ path: String, in claims: JSONValue) -> JSONValue? {
        if let direct = claims.member(path) { return direct }
        return path.split(separator: ".").reduce(Optional(claims)) { $0?.member(String($1)) }
    }
}
