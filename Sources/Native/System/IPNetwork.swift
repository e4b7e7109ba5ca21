/// A block of addresses: `192.0.2.0/24`, `2001:db8::/32`, or one address.
package struct IPNetwork: Hashable, Sendable {
    private let base: IPAddress
    /// Leading bits that count: 0 to 32, or to 128.
    private let bits: Int

    /// `nil` for anything else, and for an address with bits behind the prefix: it would not say what it
    /// seems to.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let base = IPAddress(String(parts[0])) else { return nil }
        let most = base.bitCount
        guard parts.count == 2 else {
            (self.base, bits) = (base, most)
            return
        }
        guard let bits = Int(parts[1]), (0...most).contains(bits), parts[1] == "\(bits)",
            base.prefix(bits) == base
        else { return nil }
        (self.base, self.bits) = (base, bits)
    }

    /// Several, with commas between them; `nil` when one is none.
    package static func list(_ text: String) -> [IPNetwork]? {
        let parts = text.split(separator: ",").map { $0.trimmingBlanks }
        let networks = parts.compactMap { IPNetwork($0) }
        return networks.count == parts.count ? networks : nil
    }

    package func contains(_ address: IPAddress) -> Bool {
        address.bitCount == base.bitCount && address.prefix(bits) == base
    }
}

extension IPAddress {
    fileprivate var bitCount: Int {
        switch self {
        case .v4: 32
        case .v6: 128
        }
    }

    /// With zeros in place of all but the first bits.
    fileprivate func prefix(_ bits: Int) -> IPAddress {
        switch self {
        case .v4(let address): .v4(bits == 0 ? 0 : address & ~0 << UInt32(32 - bits))
        case .v6(let high, let low):
            .v6(
                high: bits == 0 ? 0 : high & ~0 << UInt64(64 - min(bits, 64)),
                low: bits <= 64 ? 0 : low & ~0 << UInt64(128 - bits))
        }
    }
}

extension Substring {
    fileprivate var trimmingBlanks: Substring {
        let start = drop { $0 == " " }
        return start[..<(start.lastIndex { $0 != " " }.map { start.index(after: $0) } ?? start.startIndex)]
    }
}
