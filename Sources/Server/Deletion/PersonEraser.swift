import Chat
import Native
import Synchronization

/// The thread that erases what is left of people who are deleted, after everybody else; and at the start
/// those of whom an earlier process, or a snapshot from before, has left something.
///
/// `run` is the thread; everything else is for any.
final class PersonEraser: Sendable {
    private static let retry = Duration.seconds(5)
    private static let longestRest = Duration.milliseconds(250)

    private let begun = Semaphore()
    private let advanced = Semaphore()
    private let stopped = Semaphore()
    private let isStopped = Atomic(false)
    // Lock tier 9: a leaf, held for one look-up.
    private let problems = Mutex<[PersonID: String]>([:])

    // MARK: any thread

    /// Somebody's deletion has begun, or somebody waits for it: waits a moment for the work.
    /// - Returns: why it has not come further, when it has not.
    func pursue(_ person: PersonID, within patience: Duration) -> String? {
        begun.signal()
        _ = advanced.wait(timeout: patience)
        return problems.withLock { $0[person] }
    }

    /// What is under way ends at its next step.
    func stop() {
        isStopped.store(true, ordering: .releasing)
        stopped.signal()
        begun.signal()
    }

    // MARK: the thread

    /// Whether there is time for more, after a rest.
    func rest(_ time: Duration) -> Bool {
        if time > .zero, !isOver { _ = stopped.wait(timeout: min(time, Self.longestRest)) }
        return !isOver
    }

    private var isOver: Bool { isStopped.load(ordering: .acquiring) }

    /// Until `stop`.
    /// - Parameter report: told in words what the operator should know.
    func run(_ means: PersonErasing.Means, report: (String) -> Void) {
        takeUp(means, report: report)
        let erasing = PersonErasing(means: means)
        while !isOver {
            // All that was asked until now is looked at below: once for many.
            while begun.wait(timeout: .zero) {}
            var isLeft = false
            for person in unfinished(means) where !isOver {
                do throws(StorageError) {
                    try erasing.run(person)
                    problems.withLock { $0[person] = nil }
                    report("what \(person) has left is erased")
                } catch {
                    isLeft = true
                    let isNew =
                        problems.withLock { $0.updateValue(error.detail, forKey: person) } != error.detail
                    if isNew, !isOver { report("what \(person) has left is not all erased: \(error.detail)") }
                }
                advanced.signal()
            }
            if !isOver { _ = begun.wait(timeout: isLeft ? Self.retry : nil) }
        }
    }

    private func unfinished(_ means: PersonErasing.Means) -> [PersonID] {
        guard case .deletions(let all) = means.ask(.listDeletions) else { return [] }
        return all.filter { $0.finishedAt == nil }.map(\.person)
    }

    /// Who was deleted before a snapshot was restored that knows nothing of it.
    private func takeUp(_ means: PersonErasing.Means, report: (String) -> Void) {
        do throws(StorageError) {
            for person in try means.list?.read() ?? [] {
                guard case .refused(let refusal) = means.ask(.command(.deletePerson(.id(person)))),
                    refusal.code != .unknownPerson
                else { continue }
                report("\(person) was deleted, and is here again: \(refusal.code.name) \(refusal.detail)")
            }
        } catch {
            report("who was deleted cannot be read: \(error.detail)")
        }
    }
}
