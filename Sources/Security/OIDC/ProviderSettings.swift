/// An identity provider (OpenID Connect) that people may log in by, as the operator describes it.
package struct ProviderSettings: Hashable, Sendable {
    package static let most = 8
    package static let nameBytes = 32

    /// Small letters and digits, beginning with a letter.
    package let name: String
    package var issuer = ""
    /// This installation's name at the provider.
    package var client = ""
    /// What is asked for, with blanks between.
    package var scopes = "openid profile"
    /// The `aud` of access tokens that are let in; empty: none are.
    package var audience = ""
    /// Where the groups stand among the claims: a name, or names with dots for objects within objects.
    package var groupsClaim = "groups"
    /// Who is in it may log in; empty: everybody the provider vouches for.
    package var peopleGroup = ""
    /// Who is in it is an administrator, and who is not is none; empty: the provider does not say.
    package var administratorsGroup = ""
    /// The claim that a new person is named by.
    package var nameClaim = "preferred_username"
    /// Somebody whom nobody has linked becomes a new person.
    package var createsPeople = false
    /// ID tokens must carry the nonce that this server had a part in.
    package var requiresNonce = true
    /// A file of the authorities that may vouch for the provider; empty: the machine's own.
    package var authorities = ""
    /// The provider may be on this machine's loopback and without TLS: for tests.
    package var allowsLoopback = false

    package init(name: String) { self.name = name }

    /// Whether it can be the name of a provider: part of a key, of a variable and of a command.
    package static func isName(_ text: String) -> Bool {
        guard (1...nameBytes).contains(text.utf8.count), let first = text.utf8.first else { return false }
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        return letters.contains(first)
            && text.utf8.allSatisfy { letters.contains($0) || (0x30...0x39).contains($0) }
    }

    /// `nil` when `issuer` is no address that a provider may have.
    package var address: WebAddress? {
        guard let address = WebAddress(issuer), !address.hasQuery, reach.allows(address) else { return nil }
        return address
    }

    /// Which addresses the provider may name.
    package var reach: ProviderReach {
        ProviderReach(
            issuerHost: WebAddress(issuer)?.endpoint.host ?? "", allowsLoopback: allowsLoopback,
            authorities: authorities.isEmpty ? nil : authorities)
    }
}
