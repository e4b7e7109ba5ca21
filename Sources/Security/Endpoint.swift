import Native

/// Where a server is reached, as people write it: a host and a port.
package struct Endpoint: Hashable, Sendable, CustomStringConvertible {
    package static let standardPort: UInt16 = 8_443

    /// A DNS name in small letters, or an address without brackets.
    package let host: String
    package let port: UInt16

    package init(host: String, port: UInt16) {
        self.host = host.lowercased()
        self.port = port
    }

    /// `HOST:PORT`, an IPv6 address in brackets; without a port, and then without brackets too, only when
    /// there is one to assume.
    package init?(_ text: some StringProtocol, assumingPort: UInt16? = nil) {
        let host: String
        let tail: Substring
        if let assumingPort, text.contains(":"), IPAddress(String(text)) != nil {
            self.init(host: String(text), port: assumingPort)
            return
        }
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            host = String(text[text.index(after: text.startIndex)..<end])
            tail = Substring(text[text.index(after: end)...])
            guard host.contains(":") else { return nil }
        } else {
            host = String(text.prefix { $0 != ":" })
            tail = Substring(text.dropFirst(host.count))
        }
        guard Self.isHost(host) else { return nil }
        if tail.isEmpty {
            guard let assumingPort else { return nil }
            self.init(host: host, port: assumingPort)
        } else {
            guard tail.hasPrefix(":"), let port = Self.port(tail.dropFirst()) else { return nil }
            self.init(host: host, port: port)
        }
    }

    /// `https://HOST` or `https://HOST:PORT`; nothing may follow but one slash. The port is 443 unless given.
    package init?(url: String) {
        let scheme = "https://"
        guard url.lowercased().hasPrefix(scheme) else { return nil }
        var authority = url.dropFirst(scheme.count)
        if authority.hasSuffix("/") { authority = authority.dropLast() }
        self.init(authority, assumingPort: 443)
    }

    /// `chat.example.org:8443`, `[2001:db8::1]:8443`.
    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// A DNS name of letters, digits and hyphens (RFC 1123, section 2.1), with the underscores that people
    /// use all the same, or an IP address.
    package static func isHost(_ text: String) -> Bool {
        if IPAddress(text) != nil { return true }
        guard !text.isEmpty, text.utf8.count <= 253 else { return false }
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        // Digits alone would be read as an address by some programs and as a name by others.
        guard let last = labels.last, !last.allSatisfy(\.isNumber) else { return false }
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.utf8.allSatisfy(isLabelByte)
                && label.first != "-" && label.last != "-"
        }
    }

    private static func isLabelByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }

    private static func port(_ text: Substring) -> UInt16? {
        guard (1...5).contains(text.count), text.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
        return UInt16(text).flatMap { $0 == 0 ? nil : $0 }
    }
}
