/// A promise of docs/guarantees.md that a run broke.
struct Violation: Hashable, Sendable, CustomStringConvertible {
    enum Promise: String, Sendable {
        case durable = "G1"
        case ordered = "G2"
        case idempotent = "G3"
        case seenIsStored = "G4"
        case bounded = "G5"
        case removed = "G2, removed at n"
        case sealed = "sealed"
        case ended = "session ended"
        case links = "links"
        case progress = "progress"
    }

    let promise: Promise
    let detail: String

    var description: String { "\(promise.rawValue): \(detail)" }
}

/// Keeps the first violation: what follows it may only be its consequence.
final class Judge {
    private(set) var violation: Violation?

    func accuse(_ promise: Violation.Promise, _ detail: @autoclosure () -> String) {
        if violation == nil { violation = Violation(promise: promise, detail: detail()) }
    }

    func require(_ holds: Bool, _ promise: Violation.Promise, _ detail: @autoclosure () -> String) {
        if !holds { accuse(promise, detail()) }
    }
}
