import Chat
import Synchronization

/// Who has a password hashed at this moment that came from a device of theirs: everybody one at a time.
///
/// Any thread. A turn lasts until the login is answered, so there are no more than the hashing lane and the
/// state writer have places for.
final class HashingTurns: Sendable {
    /// Lock tier 8: a leaf, held for one look-up.
    private let people = Mutex<Set<PersonID>>([])

    /// False while the person has one under way. After true comes `end`.
    func begin(_ person: PersonID) -> Bool { people.withLock { $0.insert(person).inserted } }

    func end(_ person: PersonID) { people.withLock { _ = $0.remove(person) } }
}
