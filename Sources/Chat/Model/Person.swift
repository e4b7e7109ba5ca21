/// Somebody who may log in. The id is for ever; the name may change.
package struct Person: Hashable, Sendable {
    package let id: PersonID
    package var name: Name
    /// The encoded password hash (`Security`, `PasswordHash`); `nil` until the person has set a password.
    package var password: String?
    package var isAdministrator: Bool
    package var isDisabled: Bool
    package let createdAt: Timestamp

    package init(
        id: PersonID, name: Name, password: String? = nil, isAdministrator: Bool = false,
        isDisabled: Bool = false,
        createdAt: Timestamp
    ) {
        self.id = id
        self.name = name
        self.password = password
        self.isAdministrator = isAdministrator
        self.isDisabled = isDisabled
        self.createdAt = createdAt
    }
}
