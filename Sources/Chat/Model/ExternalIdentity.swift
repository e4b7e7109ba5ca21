/// Somebody as an identity provider knows them (OpenID Connect Core 1.0, section 5.7): the two together name
/// one person for ever, and nothing else that a provider says does.
package struct ExternalIdentity: Hashable, Sendable {
    /// At most 255 characters of ASCII (OpenID Connect Core 1.0, section 2).
    package static let subjectBytes = 255
    package static let issuerBytes = 1_024

    /// The provider, as its tokens have it (`iss`).
    package let issuer: String
    /// Whom it means (`sub`).
    package let subject: String

    /// `nil` when one of the two is empty, too long, or has other characters than printable ASCII.
    package init?(issuer: String, subject: String) {
        guard Self.isPrintable(issuer, most: Self.issuerBytes),
            Self.isPrintable(subject, most: Self.subjectBytes)
        else { return nil }
        self.issuer = issuer
        self.subject = subject
    }

    private static func isPrintable(_ text: String, most: Int) -> Bool {
        (1...most).contains(text.utf8.count) && text.utf8.allSatisfy { (0x20...0x7e).contains($0) }
    }
}

/// Whom an external identity leads in as. It never leads to another person unless it is taken away first.
package struct IdentityLink: Hashable, Sendable {
    package let identity: ExternalIdentity
    package let person: PersonID
    package let linkedAt: Timestamp

    package init(identity: ExternalIdentity, person: PersonID, linkedAt: Timestamp) {
        self.identity = identity
        self.person = person
        self.linkedAt = linkedAt
    }
}

/// A link as it is from now on; `nil` for no longer.
package struct ExternalIdentityChange: Hashable, Sendable {
    package let identity: ExternalIdentity
    package let link: IdentityLink?

    package init(identity: ExternalIdentity, link: IdentityLink?) {
        self.identity = identity
        self.link = link
    }
}

/// What a provider says of somebody who logs in, once it is believed.
package struct ExternalLogin: Hashable, Sendable {
    package let identity: ExternalIdentity
    /// The provider's name in the configuration, for the audit log.
    package let provider: String
    /// The person to be made for an identity that nobody has yet; `nil` where that is not allowed.
    package let newPerson: NewPerson?
    /// Whether the provider makes them an administrator; `nil` where it is not asked.
    package let isAdministrator: Bool?

    package struct NewPerson: Hashable, Sendable {
        package let id: PersonID
        package let name: String

        package init(id: PersonID, name: String) {
            self.id = id
            self.name = name
        }
    }

    package init(
        identity: ExternalIdentity, provider: String, newPerson: NewPerson?, isAdministrator: Bool?
    ) {
        self.identity = identity
        self.provider = provider
        self.newPerson = newPerson
        self.isAdministrator = isAdministrator
    }
}
