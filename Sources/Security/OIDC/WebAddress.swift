import Native

/// An absolute address of the web, read narrowly: what two programs could read differently is refused.
package struct WebAddress: Hashable, Sendable, CustomStringConvertible {
    package static let mostBytes = 1_024

    /// As it was written; compared byte for byte.
    package let text: String
    package let endpoint: Endpoint
    /// Over TLS.
    package let isSecure: Bool
    /// Whether something is asked for beside the path.
    package let hasQuery: Bool

    /// `https://HOST[:PORT][/PATH][?QUERY]`, or the same by `http`: printable ASCII without blanks,
    /// backslashes, quotes, a user or a fragment. `nil` for all else.
    package init?(_ text: String) {
        guard (1...Self.mostBytes).contains(text.utf8.count), text.utf8.allSatisfy(Self.isPlain),
            let colon = text.firstIndex(of: ":")
        else { return nil }
        let scheme = text[..<colon].lowercased()
        guard scheme == "https" || scheme == "http", text[colon...].hasPrefix("://") else { return nil }
        let rest = text[text.index(colon, offsetBy: 3)...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.contains("@"),
            let endpoint = Endpoint(authority, assumingPort: scheme == "https" ? 443 : 80)
        else { return nil }
        self.text = text
        self.endpoint = endpoint
        isSecure = scheme == "https"
        hasQuery = rest.contains("?")
    }

    /// On this machine, by its address or the name that stands for it.
    package var isLoopback: Bool {
        endpoint.host == "localhost" || IPAddress(endpoint.host)?.isLoopback == true
    }

    package var description: String { text }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "#"), UInt8(ascii: "<"), UInt8(ascii: ">"):
            false
        default: (0x21...0x7e).contains(byte)
        }
    }
}
