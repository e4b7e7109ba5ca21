package import Chat
package import Native

/// Makes and reads what a device is given after a login by password: a proof, for the next one, that somebody
/// knew this account's password here before (OWASP's "device cookie").
///
/// It opens nothing: it only decides whose allowance of failed logins an attempt is charged to. The server
/// keeps none of them. Any thread.
package struct DeviceCredentials: Sendable {
    /// What a credential says. A value.
    package struct Device: Hashable, Sendable {
        package let person: PersonID
        /// The person's at the login: a new password makes every device a stranger again.
        package let epoch: UInt32
        let high: UInt64
        let low: UInt64

        /// Whose failed logins are counted.
        package var subject: RateSubject { .identity(high, low) }
    }

    private static let prefix = "scd_"
    private static let saidCount = 36
    private let key: ErasedBytes

    package init(key: ErasedBytes) { self.key = key }

    /// For a device that is not known yet.
    package func issue(to person: PersonID, epoch: UInt32) -> String {
        let device = SecureRandom.bytes(count: 16)
        let said = person.bytes + device + (0..<4).map { UInt8(truncatingIfNeeded: epoch >> (24 - 8 * $0)) }
        return Self.prefix + Base64.url.encode(said + proof(of: said))
    }

    /// `nil` for anything that this server did not issue.
    package func read(_ text: String) -> Device? {
        guard text.utf8.count <= 128, text.hasPrefix(Self.prefix),
            let bytes = Base64.url.decode(text.dropFirst(Self.prefix.count)),
            bytes.count == Self.saidCount + HMACSHA256.count
        else { return nil }
        let said = Array(bytes[..<Self.saidCount])
        guard constantTimeEqual(proof(of: said).span, Array(bytes[Self.saidCount...]).span),
            let person = PersonID(bytes: said[..<16]), let device = Identifier<Device>(bytes: said[16..<32])
        else { return nil }
        let epoch = said[32...].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return Device(person: person, epoch: epoch, high: device.high, low: device.low)
    }

    private func proof(of said: [UInt8]) -> [UInt8] {
        var mac = HMACSHA256()
        mac.use(key: key.span)
        let nothing: [UInt8] = []
        let value = mac.code(of: said.span, nothing.span)
        return value.indices.map { value[$0] }
    }
}
