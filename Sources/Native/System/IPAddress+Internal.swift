extension IPAddress {
    /// Of this machine or of a network that is not the internet's: unspecified, loopback, link-local,
    /// private, shared, multicast and reserved addresses (RFC 6890), also where an IPv6 address carries
    /// such an IPv4 address (RFC 6052).
    package var isInternal: Bool {
        switch self {
        case .v4(let address): Self.isInternal(address)
        case .v6(let high, let low): Self.isInternal(high, low)
        }
    }

    private static func isInternal(_ address: UInt32) -> Bool {
        let networks: [(UInt32, UInt32)] = [
            (0x0000_0000, 8), (0x0a00_0000, 8), (0x6440_0000, 10), (0x7f00_0000, 8), (0xa9fe_0000, 16),
            (0xac10_0000, 12), (0xc000_0000, 24), (0xc0a8_0000, 16), (0xc612_0000, 15), (0xe000_0000, 3),
        ]
        return networks.contains { network, length in address >> (32 - length) == network >> (32 - length) }
    }

    private static func isInternal(_ high: UInt64, _ low: UInt64) -> Bool {
        // Unspecified and loopback, and the old form of an IPv4 address.
        if high == 0, low >> 32 == 0 { return true }
        if high == 0x0064_ff9b_0000_0000, low >> 32 == 0 { return isInternal(UInt32(low)) }
        let first = high >> 48
        return first & 0xfe00 == 0xfc00 || first & 0xffc0 == 0xfe80 || first & 0xff00 == 0xff00
    }
}
