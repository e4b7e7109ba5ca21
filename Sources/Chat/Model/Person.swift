/// Somebody who may log in. The id is for ever; the name may change.
package struct Person: Hashable, Sendable {
    package let id: PersonID
    package var name: Name
    /// The encoded password hash (`Security`, `PasswordHash`); `nil` until the person has set a password.
    package var password: String?
    /// What a login by password must show besides; `nil` until the person has enrolled one.
    package var factor: SecondFactor?
    package var isAdministrator: Bool
    package var isDisabled: Bool
    /// Raised when everything that let the person in until then is void: sessions and invites carry the epoch
    /// that they were made in.
    package private(set) var sessionEpoch: UInt32
    package let createdAt: Timestamp

    package init(
        id: PersonID, name: Name, password: String? = nil, factor: SecondFactor? = nil,
        isAdministrator: Bool = false, isDisabled: Bool = false, sessionEpoch: UInt32 = 0,
        createdAt: Timestamp
    ) {
        self.id = id
        self.name = name
        self.password = password
        self.factor = factor
        self.isAdministrator = isAdministrator
        self.isDisabled = isDisabled
        self.sessionEpoch = sessionEpoch
        self.createdAt = createdAt
    }

    /// Another password: who came in by the earlier one is out.
    mutating func choosePassword(_ hash: String) {
        password = hash
        sessionEpoch += 1
    }

    /// What let the person in until now lets them in no longer.
    mutating func endSessions() { sessionEpoch += 1 }

    mutating func disable() {
        guard !isDisabled else { return }
        isDisabled = true
        sessionEpoch += 1
    }

    mutating func enable() { isDisabled = false }

    /// Nothing is left but the id, and that there was somebody.
    mutating func vanish(as placeholder: Name) {
        name = placeholder
        password = nil
        factor = nil
        isAdministrator = false
        isDisabled = true
        sessionEpoch += 1
    }
}
