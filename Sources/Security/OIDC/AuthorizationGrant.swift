import Chat
package import Native

/// A login by authorization code with PKCE, as a native program does it (RFC 6749, 4.1; RFC 7636; RFC 8252;
/// RFC 9700). Knows no socket: the address to open, the redirect that came, the form to post, its answer.
///
/// Each is for one login: the first redirect with its state is the only one that counts.
package struct AuthorizationGrant: Sendable {
    /// 32 random bytes each, as Base64 for URLs.
    package struct Secrets: Hashable, Sendable {
        package let state: String
        package let verifier: String

        package init(state: [UInt8], verifier: [UInt8]) {
            precondition(state.count == 32 && verifier.count == 32, "RFC 7636, 7.1: 256 bits")
            self.state = Base64.url.encode(state)
            self.verifier = Base64.url.encode(verifier)
        }
    }

    private enum State: Equatable {
        case awaitingRedirect
        case awaitingTokens
        case over
    }

    /// For a person's browser.
    package let address: String
    package let tokenAddress: WebAddress
    private let metadata: ProviderMetadata
    private let client: String
    private let redirect: String
    private let secrets: Secrets
    private var state = State.awaitingRedirect

    /// - Throws: `.notOffered`.
    package init(
        _ metadata: ProviderMetadata, client: String, scopes: String, redirect: String, nonce: String,
        secrets: Secrets
    ) throws(GrantFault) {
        guard let authorization = metadata.authorization, let token = metadata.token else {
            throw .notOffered
        }
        let challenge = NativeHashing().sha256(Array(secrets.verifier.utf8)).bytes
        let fields = FormFields([
            ("response_type", "code"), ("client_id", client), ("redirect_uri", redirect), ("scope", scopes),
            ("state", secrets.state), ("nonce", nonce), ("code_challenge", Base64.url.encode(challenge)),
            ("code_challenge_method", "S256"),
        ])
        address = authorization.text + (authorization.hasQuery ? "&" : "?") + fields.text
        tokenAddress = token
        self.metadata = metadata
        self.client = client
        self.redirect = redirect
        self.secrets = secrets
    }

    /// Takes the query of a redirect and answers the form for the token endpoint. A redirect with another
    /// state changes nothing: somebody else's page can send one.
    /// - Throws: `.foreignRedirect`, `.mixUp` or `.refused`.
    package mutating func redirected(query: Substring) throws(GrantFault) -> [UInt8] {
        guard state == .awaitingRedirect, let fields = FormFields(query), let shown = fields["state"],
            constantTimeEqual(Array(shown.utf8).span, Array(secrets.state.utf8).span)
        else { throw .foreignRedirect }
        state = .over
        switch fields["iss"] {
        case metadata.issuer?: break
        case nil where !metadata.namesItselfInRedirects: break
        case .some, nil: throw .mixUp
        }
        if let code = fields["error"] { throw GrantFault(code: code) }
        guard let code = fields["code"], !code.isEmpty else { throw .foreignRedirect }
        state = .awaitingTokens
        let form = FormFields([
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirect),
            ("client_id", client), ("code_verifier", secrets.verifier),
        ])
        return Array(form.text.utf8)
    }

    /// The ID token of the token endpoint's answer.
    package mutating func answered(_ response: HTTPResponse) throws(GrantFault) -> String {
        precondition(state == .awaitingTokens, "AuthorizationGrant: nothing was asked")
        state = .over
        return try TokenAnswer(response).token()
    }
}

/// What a token endpoint answers (RFC 6749, section 5).
struct TokenAnswer {
    /// The ID token, or the error's code.
    let result: Result<String, GrantFault>

    init(_ response: HTTPResponse) {
        guard let document = try? JSONReader.read(response.body).value else {
            result = .failure(.provider(response.status == 200 ? .document : .status))
            return
        }
        if response.status == 200, let token = document.member("id_token")?.text {
            result = .success(token)
        } else if response.status != 200, let code = document.member("error")?.text {
            result = .failure(GrantFault(code: code))
        } else {
            result = .failure(.provider(response.status == 200 ? .document : .status))
        }
    }

    func token() throws(GrantFault) -> String { try result.get() }
}
