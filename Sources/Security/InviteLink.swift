/// What a person opens to get in: where the server is, who it must prove to be, and a right to come in.
///
/// `securechat://HOST:PORT/#token=…&fingerprint=sha256:…&user=NAME`; clients also take `https://…/#…`. The
/// secret stands in the fragment, which programs that follow links send to nobody (RFC 3986, section 3.5).
package struct InviteLink: Hashable, Sendable {
    package let endpoint: Endpoint
    /// An `InviteToken`, as text.
    package let token: String
    package let fingerprint: Fingerprint
    /// `nil` in a link that does not say for whom it is.
    package let user: String?

    package init(endpoint: Endpoint, token: String, fingerprint: Fingerprint, user: String?) {
        self.endpoint = endpoint
        self.token = token
        self.fingerprint = fingerprint
        self.user = user
    }

    /// Whether it is for people who are nobody at the server yet.
    package var isForNewcomers: Bool { InviteToken(text: token, .newcomer) != nil }

    /// The link with its secret, for the person it is meant for.
    package var text: String {
        let name = user.map { "&user=\(PercentEncoding.encode($0))" } ?? ""
        return "securechat://\(endpoint)/#token=\(token)&fingerprint=\(fingerprint)\(name)"
    }

    /// What a person was given; `nil` when it is no link.
    package init?(_ text: String) {
        let schemes: [(prefix: String, port: UInt16)] = [
            ("securechat://", Endpoint.standardPort), ("https://", 443),
        ]
        guard let scheme = schemes.first(where: { text.lowercased().hasPrefix($0.prefix) }),
            let hash = text.firstIndex(of: "#")
        else { return nil }
        let authority = text[..<hash].dropFirst(scheme.prefix.count).prefix { $0 != "/" && $0 != "?" }
        guard let endpoint = Endpoint(authority, assumingPort: scheme.port) else { return nil }
        var values: [String: String] = [:]
        for part in text[text.index(after: hash)...].split(separator: "&") {
            guard let equals = part.firstIndex(of: "="),
                let value = PercentEncoding.decode(part[part.index(after: equals)...])
            else { return nil }
            values[String(part[..<equals])] = value
        }
        guard let token = values["token"], !token.isEmpty,
            let fingerprint = values["fingerprint"].flatMap({ Fingerprint(text: $0) })
        else { return nil }
        let user = values["user"].flatMap { $0.isEmpty ? nil : $0 }
        self.init(endpoint: endpoint, token: token, fingerprint: fingerprint, user: user)
    }
}

extension InviteLink: CustomStringConvertible {
    /// For logs: without the secret.
    package var description: String { "securechat://\(endpoint)/#…" }
}
