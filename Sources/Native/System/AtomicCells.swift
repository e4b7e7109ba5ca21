import Glibc
import Synchronization

/// A fixed row of numbers that any thread reads and changes without a lock, all zero at first.
///
/// Each cell stands alone: nothing is published through it, so all orderings are relaxed. Memory that no cell
/// was written in is not taken from the kernel.
@safe package final class AtomicCells: @unchecked Sendable {
    package let count: Int
    private let cells: UnsafeMutablePointer<Atomic<Int64>>

    package init(count: Int) {
        precondition(count > 0, "AtomicCells: a row of none")
        self.count = count
        // Zeroed by the kernel when it is first touched: that is an `Atomic` of 0, and one is never
        // destroyed.
        guard let memory = calloc(count, MemoryLayout<Atomic<Int64>>.stride) else {
            preconditionFailure("AtomicCells: no memory for \(count) cells")
        }
        cells = memory.bindMemory(to: Atomic<Int64>.self, capacity: count)
    }

    deinit { free(cells) }

    package func load(_ index: Int) -> Int64 {
        precondition(index >= 0 && index < count, "AtomicCells: there is no cell \(index)")
        return cells[index].load(ordering: .relaxed)
    }

    /// Writes `desired` if the cell still holds `expected`.
    /// - Returns: what the cell held; `expected` when it was written.
    package func exchange(_ index: Int, _ expected: Int64, for desired: Int64) -> Int64 {
        precondition(index >= 0 && index < count, "AtomicCells: there is no cell \(index)")
        return cells[index].compareExchange(expected: expected, desired: desired, ordering: .relaxed).original
    }

    package func set(_ index: Int, to value: Int64) {
        precondition(index >= 0 && index < count, "AtomicCells: there is no cell \(index)")
        cells[index].store(value, ordering: .relaxed)
    }
}
