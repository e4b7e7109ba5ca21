package import Native

/// A login on a machine without a browser (RFC 8628): somebody opens an address elsewhere and types a code,
/// while this end asks again and again. Knows no socket and no clock.
package struct DeviceGrant: Sendable {
    /// What to show.
    package struct Invitation: Hashable, Sendable {
        package let address: String
        package let code: String
        /// With the code in it, where the provider has one.
        package let wholeAddress: String?
    }

    package enum Step: Hashable, Sendable {
        /// Ask (again) at this moment.
        case ask(at: Duration)
        case done(idToken: String)
    }

    /// The provider says more, or less, in vain.
    private static let greatestLifetime = Duration.seconds(1_800)
    private static let intervals = 1...60
    /// RFC 8628, section 3.5.
    private static let slowDown = Duration.seconds(5)

    package let tokenAddress: WebAddress
    package let invitation: Invitation
    private let deviceCode: String
    private let client: String
    private let expires: Duration
    private var interval: Duration

    /// What begins it: the address and the form to post.
    /// - Throws: `.notOffered`.
    package static func begin(
        _ metadata: ProviderMetadata, client: String, scopes: String, nonce: String
    ) throws(GrantFault) -> (address: WebAddress, form: [UInt8]) {
        guard let address = metadata.deviceAuthorization, metadata.token != nil else { throw .notOffered }
        let fields = FormFields([("client_id", client), ("scope", scopes), ("nonce", nonce)])
        return (address, Array(fields.text.utf8))
    }

    /// The provider's answer to it.
    package init(
        _ metadata: ProviderMetadata, client: String, answer: HTTPResponse, now: Duration
    ) throws(GrantFault) {
        guard let tokenAddress = metadata.token else { throw .notOffered }
        guard let document = try? JSONReader.read(answer.body).value else { throw .provider(.document) }
        if let code = document.member("error")?.text { throw GrantFault(code: code) }
        guard answer.status == 200, let deviceCode = document.member("device_code")?.text,
            let userCode = document.member("user_code")?.text, !userCode.isEmpty, userCode.utf8.count <= 64,
            let address = document.member("verification_uri")?.text.flatMap(WebAddress.init),
            let lifetime = document.member("expires_in")?.integer, lifetime > 0
        else { throw .provider(.document) }
        let whole = document.member("verification_uri_complete")?.text.flatMap(WebAddress.init)
        let seconds = document.member("interval")?.integer ?? 5
        self.tokenAddress = tokenAddress
        self.client = client
        self.deviceCode = deviceCode
        invitation = Invitation(address: address.text, code: userCode, wholeAddress: whole?.text)
        expires = now + min(.seconds(min(lifetime, 86_400)), Self.greatestLifetime)
        interval = .seconds(min(max(seconds, Self.intervals.lowerBound), Self.intervals.upperBound))
    }

    package func begin(now: Duration) -> Step { .ask(at: now + interval) }

    /// What to post to ask.
    package var form: [UInt8] {
        let fields = FormFields([
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", deviceCode),
            ("client_id", client),
        ])
        return Array(fields.text.utf8)
    }

    /// An answer, or that there was none in time.
    package mutating func answered(_ response: HTTPResponse?, now: Duration) throws(GrantFault) -> Step {
        guard let response else {
            // RFC 8628, section 3.5: a lost connection doubles the interval.
            interval = min(interval * 2, .seconds(Self.intervals.upperBound))
            return try again(now)
        }
        switch TokenAnswer(response).result {
        case .success(let token): return .done(idToken: token)
        case .failure(.refused("authorization_pending")): return try again(now)
        case .failure(.refused("slow_down")):
            interval = min(interval + Self.slowDown, .seconds(Self.intervals.upperBound))
            return try again(now)
        case .failure(.refused("expired_token")): throw .expired
        case .failure(let fault): throw fault
        }
    }

    private func again(_ now: Duration) throws(GrantFault) -> Step {
        guard now + interval < expires else { throw .expired }
        return .ask(at: now + interval)
    }
}
