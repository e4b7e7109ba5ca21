/// Two people in no order: the key of their direct room. A person may be paired with themselves (notes).
package struct PersonPair: Hashable, Sendable {
    package let lesser: PersonID
    package let greater: PersonID

    package init(_ one: PersonID, _ other: PersonID) {
        lesser = min(one, other)
        greater = max(one, other)
    }
}
