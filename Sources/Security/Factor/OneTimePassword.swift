package import Chat
import Native

/// Codes from a shared secret and the time (TOTP, RFC 6238): HMAC-SHA-1, six digits, a new one every 30
/// seconds since 1970. Pure; any thread.
package struct OneTimePassword: Sendable {
    /// 160 bits, as RFC 4226 recommends (section 4, R6).
    package static let secretCount = 20
    package static let digits = 6
    package static let stepSeconds: Int64 = 30
    /// Steps at either side that count too: for clocks that differ, and for typing.
    package static let tolerance: UInt64 = 1

    private let secret: [UInt8]

    /// - Parameter secret: never empty.
    package init(secret: [UInt8]) { self.secret = secret }

    package static func random() -> OneTimePassword {
        OneTimePassword(secret: SecureRandom.bytes(count: secretCount))
    }

    package var bytes: [UInt8] { secret }

    /// Which step a moment is in; 0 before 1970.
    package static func step(at moment: Timestamp) -> UInt64 {
        UInt64(max(moment.milliseconds, 0) / (1_000 * stepSeconds))
    }

    /// HOTP (RFC 4226, section 5.3) of the step's number.
    package func code(at step: UInt64) -> String {
        let message = (0..<8).map { UInt8(truncatingIfNeeded: step >> (56 - 8 * $0)) }
        let mac = HMACSHA1.code(of: message.span, key: secret.span)
        let offset = Int(mac[mac.count - 1] & 0x0f)
        var number = UInt32(mac[offset] & 0x7f)
        for byte in mac[(offset + 1)..<(offset + 4)] { number = number << 8 | UInt32(byte) }
        let text = String(number % 1_000_000)
        return String(repeating: "0", count: Self.digits - text.count) + text
    }

    /// The step whose code this is, among those that count now and come after `last`; `nil` for none. Takes
    /// the same time for each.
    package func step(of code: String, now: Timestamp, after last: UInt64) -> UInt64? {
        let (current, shown) = (Self.step(at: now), Array(code.utf8))
        var found: UInt64?
        for step in (current - min(current, Self.tolerance))...(current + Self.tolerance) {
            let isRight = constantTimeEqual(Array(self.code(at: step).utf8).span, shown.span)
            if isRight, step > last { found = found ?? step }
        }
        return found
    }

    /// Six digits: what else is typed is no code of this kind.
    package static func isCode(_ text: some StringProtocol) -> Bool {
        text.utf8.count == digits
            && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// For an authenticator: `otpauth://totp/ISSUER:ACCOUNT?secret=…&issuer=…`
    /// (https://github.com/google/google-authenticator/wiki/Key-Uri-Format). Algorithm, digits and period are
    /// what every authenticator assumes, and are stated all the same.
    package func uri(issuer: String, account: String) -> String {
        let (issuer, account) = (PercentEncoding.encode(issuer), PercentEncoding.encode(account))
        return "otpauth://totp/\(issuer):\(account)?secret=\(Base32.encode(secret))&issuer=\(issuer)"
            + "&algorithm=SHA1&digits=\(Self.digits)&period=\(Self.stepSeconds)"
    }
}
