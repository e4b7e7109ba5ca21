package import Chat
package import Native

/// Whose bucket it is. A value; any thread.
package enum RateSubject: Hashable, Sendable {
    /// Its network: the address itself in version 4, its /64 in version 6.
    case address(IPAddress)
    /// A person, a room, a device, or the digest of a name.
    case identity(UInt64, UInt64)

    package static func id<Subject>(_ id: Identifier<Subject>) -> RateSubject { .identity(id.high, id.low) }

    /// A name somebody typed, whether there is such a person or not: as it is compared.
    package static func name(_ text: String) -> RateSubject {
        let digest = NativeHashing().sha256(Array(Name.uniqueForm(of: text).utf8)).bytes
        guard let words = Identifier<Person>(bytes: digest[..<16]) else {
            preconditionFailure("RateSubject: a digest has 32 bytes")
        }
        return .id(words)
    }

    /// How many steps there are from the subject alone to everybody.
    package var levels: Int {
        switch self {
        case .address: 3
        case .identity: 2
        }
    }

    /// What is hashed at this level: 0 is the subject alone, each further one a network 256 times as wide
    /// (IPv4: /32, /24, /16) or 65,536 times (IPv6: /64, /48, /32); of identities one of 4,096 groups.
    func words(level: Int) -> (UInt64, UInt64) {
        switch self {
        case .address(.v4(let address)): (UInt64(address >> UInt32(8 * level)), 4)
        case .address(.v6(let high, _)): (high >> UInt64(16 * level), 6)
        case .identity(let high, let low): level == 0 ? (high, low) : (low & 0xfff, 1)
        }
    }
}
