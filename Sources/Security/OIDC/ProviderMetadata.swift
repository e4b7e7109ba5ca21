import Native

/// What a provider publishes of itself (OpenID Connect Discovery 1.0, section 3; RFC 8414).
package struct ProviderMetadata: Hashable, Sendable {
    package static let mostBytes = 64 * 1_024

    package let issuer: String
    package let keys: WebAddress
    package let authorization: WebAddress?
    package let token: WebAddress?
    package let deviceAuthorization: WebAddress?
    /// It says in its redirects who it is (RFC 9207).
    package let namesItselfInRedirects: Bool

    /// Where it is published.
    package static func address(of issuer: WebAddress) -> WebAddress? {
        let text = issuer.text.hasSuffix("/") ? String(issuer.text.dropLast()) : issuer.text
        return WebAddress(text + "/.well-known/openid-configuration")
    }

    /// - Throws: `.token(.tooLarge)`, `.document`, `.issuerDiffers` or `.insecure`.
    package init(
        json: [UInt8], issuer: WebAddress, reach: ProviderReach
    ) throws(ProviderFault) {
        guard let document = try? JSONReader.read(json, limit: Self.mostBytes).value else { throw .document }
        guard document.member("issuer")?.text == issuer.text else { throw .issuerDiffers }
        guard let keys = try Self.address("jwks_uri", in: document, reach) else { throw .document }
        if let methods = document.member("code_challenge_methods_supported") {
            guard let methods = methods.texts, methods.contains("S256") else { throw .document }
        }
        self.issuer = issuer.text
        self.keys = keys
        authorization = try Self.address("authorization_endpoint", in: document, reach)
        token = try Self.address("token_endpoint", in: document, reach)
        deviceAuthorization = try Self.address("device_authorization_endpoint", in: document, reach)
        namesItselfInRedirects =
            document.member("authorization_response_iss_parameter_supported") == .flag(true)
    }

    private static func address(
        _ name: String, in document: JSONValue, _ reach: ProviderReach
    ) throws(ProviderFault) -> WebAddress? {
        guard let value = document.member(name) else { return nil }
        guard let text = value.text, let address = WebAddress(text) else { throw .document }
        guard reach.allows(address) else { throw .insecure }
        return address
    }
}

extension HTTPSource {
    /// A provider's own description.
    package func metadata(of issuer: WebAddress, reach: ProviderReach) throws(ProviderFault)
        -> ProviderMetadata
    {
        guard let address = ProviderMetadata.address(of: issuer) else { throw .document }
        let json = try document(at: address, reach: reach, limit: ProviderMetadata.mostBytes)
        return try ProviderMetadata(json: json, issuer: issuer, reach: reach)
    }

    /// The keys that it signs by.
    package func keys(of metadata: ProviderMetadata, reach: ProviderReach) throws(ProviderFault)
        -> JSONWebKeySet
    {
        let json = try document(at: metadata.keys, reach: reach, limit: JSONWebKeySet.mostBytes)
        do throws(TokenFault) {
            return try JSONWebKeySet(json: json)
        } catch {
            throw .document
        }
    }

    private func document(
        at address: WebAddress, reach: ProviderReach, limit: Int
    ) throws(ProviderFault) -> [UInt8] {
        let response: HTTPResponse
        do throws(HTTPFault) {
            response = try perform(reach.request(address), limit: limit)
        } catch {
            throw .http(error)
        }
        guard response.status == 200 else { throw .status }
        return response.body
    }
}
