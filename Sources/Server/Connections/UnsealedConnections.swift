import Synchronization

/// How many people are connected without the sealed layer now. Any thread.
package final class UnsealedConnections: Sendable {
    private let number = Atomic<Int>(0)

    package init() {}

    package var count: Int { number.load(ordering: .relaxed) }

    func entered() { number.wrappingAdd(1, ordering: .relaxed) }
    func left() { number.wrappingSubtract(1, ordering: .relaxed) }
}
