import Synchronization

/// What the process takes of its memory, as it was seen last. The process's first thread notes it, loops and
/// the control thread ask, without waiting.
package final class MemoryPressure: Sendable {
    package struct Sight: Hashable, Sendable {
        package let step: MemoryStep
        /// In bytes; no limit is 0.
        package let used: Int
        package let limit: Int
    }

    let marks: MemoryMarks
    /// A `MemoryStep`. Each has one writer and stands alone: relaxed ordering is enough.
    private let state = Atomic(MemoryStep.relaxed.rawValue)
    private let used = Atomic(0)

    init(_ marks: MemoryMarks) { self.marks = marks }

    /// Without a limit.
    package convenience init() { self.init(MemoryMarks(limit: 0)) }

    package var step: MemoryStep { MemoryStep(rawValue: state.load(ordering: .relaxed)) ?? .relaxed }

    package var sight: Sight {
        Sight(step: step, used: used.load(ordering: .relaxed), limit: marks.limit)
    }

    /// - Returns: whether it is another step than before.
    func note(used bytes: Int) -> Bool {
        used.store(bytes, ordering: .relaxed)
        let before = step
        let now = marks.step(after: before, used: bytes)
        state.store(now.rawValue, ordering: .relaxed)
        return now != before
    }
}
