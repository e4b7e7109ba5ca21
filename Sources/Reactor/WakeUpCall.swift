package import Native

/// How a mailbox wakes its owner. Any thread signals; signals to an owner that has not woken yet may fall
/// together.
package protocol WakeUpCall: Sendable {
    /// - Returns: whether this call went to the kernel.
    @discardableResult
    func signal() -> Bool
}

extension WakeUp: WakeUpCall {}
extension Semaphore: WakeUpCall {}
