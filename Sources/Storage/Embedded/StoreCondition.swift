package import Chat
import Synchronization

/// Whether a store's file was found damaged. Noted once, by whichever thread finds it, and asked by any; it
/// stays so until the process starts again.
package final class StoreCondition: Sendable {
    /// Lock tier 9: a leaf, held for one assignment.
    private let finding = Mutex<String?>(nil)
    /// What writers look at.
    private let isDamagedFlag = Atomic(false)

    package init() {}

    package var isDamaged: Bool { isDamagedFlag.load(ordering: .relaxed) }

    /// What was found first; `nil` when nothing was.
    package var damage: String? { finding.withLock { $0 } }

    /// Any error: only what says that the file is not what it must be is kept.
    package func note(_ error: StorageError) {
        guard error.code == .damaged, !isDamaged else { return }
        finding.withLock { $0 = $0 ?? error.detail }
        isDamagedFlag.store(true, ordering: .relaxed)
    }

    /// Runs `body`, and notes what it finds.
    func watching<Value>(_ body: () throws -> Value) throws(StorageError) -> Value {
        do throws(StorageError) {
            return try StorageError.translating(body)
        } catch {
            note(error)
            throw error
        }
    }
}
