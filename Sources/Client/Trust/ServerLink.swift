package import Security

/// The link that `securechat init` and `securechat user invite` print: where the server is, who it is, and a
/// token that lets one person set a password, once. Everything secret stands in the fragment, which no
/// program sends anywhere.
///
/// `securechat://HOST:PORT/#token=TOKEN&fingerprint=sha256:HEX&user=NAME`, or with a public URL
/// `https://…/#…`.
package struct ServerLink: Hashable, Sendable {
    package let endpoint: ServerEndpoint
    package let token: String
    package let fingerprint: Fingerprint
    /// `nil` in a link that does not say for whom it is.
    package let user: String?

    /// `nil` when the text is no link.
    package init?(_ text: String) {
        let schemes: [(prefix: String, port: UInt16)] = [
            ("securechat://", ServerEndpoint.standardPort), ("https://", 443),
        ]
        guard let scheme = schemes.first(where: { text.lowercased().hasPrefix($0.prefix) }),
            let hash = text.firstIndex(of: "#")
        else { return nil }
        let place = text[..<hash].dropFirst(scheme.prefix.count)
        let authority = place.prefix { $0 != "/" && $0 != "?" }
        let hasPort = authority.last?.isNumber == true && authority.contains(":") && !authority.hasSuffix("]")
        guard let endpoint = ServerEndpoint(String(authority)) else { return nil }
        self.endpoint = hasPort ? endpoint : ServerEndpoint(host: endpoint.host, port: scheme.port)

        var values: [String: String] = [:]
        for part in text[text.index(after: hash)...].split(separator: "&") {
            guard let equals = part.firstIndex(of: "="),
                let value = Self.decoded(part[part.index(after: equals)...])
            else { return nil }
            values[String(part[..<equals])] = value
        }
        guard let token = values["token"], !token.isEmpty, let stated = values["fingerprint"],
            let fingerprint = Fingerprint(text: stated)
        else { return nil }
        self.token = token
        self.fingerprint = fingerprint
        user = values["user"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// RFC 3986, section 2.1; `nil` for what is not encoded so.
    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(value), let low = rest.popFirst().flatMap(value) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func value(of digit: UInt8) -> UInt8? {
        Character(UnicodeScalar(digit)).hexDigitValue.map { UInt8($0) }
    }
}
