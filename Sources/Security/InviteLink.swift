/// What a person opens to get in: where the server is, who it must prove to be, and a right that works once.
///
/// `securechat://HOST:PORT/#token=…&fingerprint=sha256:…&user=NAME`. The secret stands in the fragment, which
/// programs that follow links send to nobody (RFC 3986, section 3.5). Clients read it.
package struct InviteLink: Hashable, Sendable {
    package let endpoint: Endpoint
    /// An invite's token, as text.
    package let token: String
    package let fingerprint: Fingerprint
    package let user: String

    package init(endpoint: Endpoint, token: String, fingerprint: Fingerprint, user: String) {
        self.endpoint = endpoint
        self.token = token
        self.fingerprint = fingerprint
        self.user = user
    }

    /// The link with its secret, for the person it is meant for.
    package var text: String {
        "securechat://\(endpoint)/#token=\(token)&fingerprint=\(fingerprint)&user=\(Self.encoded(user))"
    }

    /// Percent-encoding (RFC 3986, section 2.1).
    private static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if isUnreserved(byte) {
                bytes.append(byte)
            } else {
                bytes.append(contentsOf: [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]])
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
        default: false
        }
    }
}

extension InviteLink: CustomStringConvertible {
    /// For logs: without the secret.
    package var description: String { "securechat://\(endpoint)/#…" }
}
