/// On whose authority a command is applied.
package enum Actor: Hashable, Sendable {
    case person(PersonID)
    /// Whoever holds the control socket or the data directory: may do everything, is a member of nothing.
    case operations

    /// Who stands as the author of an event.
    package var author: PersonID {
        switch self {
        case .person(let id): id
        case .operations: PersonID.operations
        }
    }
}

extension Identifier where Subject == Person {
    /// Sixteen zero bytes stand for the server's operator, who is no person.
    package static var operations: PersonID { PersonID(high: 0, low: 0) }
}
