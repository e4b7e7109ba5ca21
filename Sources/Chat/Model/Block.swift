/// Somebody does not want to hear from somebody, or does again.
package struct Block: Hashable, Sendable {
    package let person: PersonID
    package let blocked: PersonID
    package let isLifted: Bool

    package init(person: PersonID, blocked: PersonID, isLifted: Bool = false) {
        self.person = person
        self.blocked = blocked
        self.isLifted = isLifted
    }
}
