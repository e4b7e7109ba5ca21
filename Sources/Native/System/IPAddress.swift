import Glibc

/// An address of the internet protocol, version 4 or 6. An IPv4 address in IPv6's clothes (::ffff:a.b.c.d),
/// which a dual-stack listener sees, counts as IPv4.
package enum IPAddress: Hashable, Sendable {
    /// In host order: 127.0.0.1 is 0x7f000001.
    case v4(UInt32)
    /// The first and the last eight bytes, in host order.
    case v6(high: UInt64, low: UInt64)

    package static let loopback = IPAddress.v4(0x7f00_0001)
    /// All of this machine's addresses, IPv4 only.
    package static let any = IPAddress.v4(0)
    /// All of this machine's addresses, both versions.
    package static let anyOfBoth = IPAddress.v6(high: 0, low: 0)

    /// Reads `192.0.2.1` or `2001:db8::1` (inet_pton(3)); no names, no zone.
    package init?(_ text: String) {
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self = .v4(UInt32(bigEndian: four.s_addr))
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            self.init(six)
        } else {
            return nil
        }
    }

    init(_ address: in6_addr) {
        let (high, low) = withUnsafeBytes(of: address) { bytes in
            (
                UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
        if high == 0, low >> 32 == 0xffff {
            self = .v4(UInt32(truncatingIfNeeded: low))
        } else {
            self = .v6(high: high, low: low)
        }
    }

    /// What one customer of the network usually holds: the address itself in version 4, its /64 in version 6.
    /// The key for limits by address.
    package var network: IPAddress {
        switch self {
        case .v4: self
        case .v6(let high, _): .v6(high: high, low: 0)
        }
    }

    package var isLoopback: Bool {
        switch self {
        case .v4(let address): address >> 24 == 127
        case .v6(let high, let low): high == 0 && low == 1
        }
    }
}

extension IPAddress: CustomStringConvertible {
    package var description: String {
        switch self {
        case .v4(let address):
            "\(address >> 24).\(address >> 16 & 0xff).\(address >> 8 & 0xff).\(address & 0xff)"
        case .v6(let high, let low):
            IPAddress.text(high, low)
        }
    }

    private static func text(_ high: UInt64, _ low: UInt64) -> String {
        var address = in6_addr()
        withUnsafeMutableBytes(of: &address) { bytes in
            bytes.storeBytes(of: high.bigEndian, as: UInt64.self)
            bytes.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
            guard let start = inet_ntop(AF_INET6, &address, text.baseAddress!, socklen_t(text.count)) else {
                return ""
            }
            return String(cString: start)
        }
    }
}
