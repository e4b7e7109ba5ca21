#if DEBUG
import Glibc
import Synchronization

/// Failures that a test forces on system calls, by the call's name. Exists in debug builds only.
///
/// A fault is bound to the calling thread or to the threads of one name, so that tests running side by side
/// do not disturb each other. A forced call does not reach the kernel.
package enum FaultPlan {
    /// Whose calls a fault strikes.
    package enum Victim: Equatable, Sendable {
        case thisThread
        /// Threads that carry this name; the kernel keeps its first 15 bytes.
        case threads(named: String)
    }

    /// The error numbers that tests force, so that they need no C constants.
    package enum Code: Sendable, CaseIterable {
        case interrupted, wouldBlock, tooManyFiles, tooManyFilesInSystem, noBuffers, noMemory
        case connectionAborted, connectionReset, brokenPipe, protocolError, networkDown, inProgress
        case inputOutput, noSpace, notPermitted, readOnly, invalid, badDescriptor, badAddress

        package var number: Int32 {
            switch self {
            case .interrupted: EINTR
            case .wouldBlock: EAGAIN
            case .tooManyFiles: EMFILE
            case .tooManyFilesInSystem: ENFILE
            case .noBuffers: ENOBUFS
            case .noMemory: ENOMEM
            case .connectionAborted: ECONNABORTED
            case .connectionReset: ECONNRESET
            case .brokenPipe: EPIPE
            case .protocolError: EPROTO
            case .networkDown: ENETDOWN
            case .inProgress: EINPROGRESS
            case .inputOutput: EIO
            case .noSpace: ENOSPC
            case .notPermitted: EPERM
            case .readOnly: EROFS
            case .invalid: EINVAL
            case .badDescriptor: EBADF
            case .badAddress: EFAULT
            }
        }
    }

    private struct Fault {
        let number: UInt64
        let call: String
        let code: Int32
        let thread: pthread_t?
        let threadName: String?
        var spared: Int
        var remaining: Int
    }

    private struct Plan {
        var faults: [Fault] = []
        var nextNumber: UInt64 = 1
    }

    /// Lock tier 9: a leaf, held for a look through a short list.
    private static let plan = Mutex(Plan())
    /// How many faults are planned; a thread that plans one sees its own store, others need no order.
    private static let planned = Atomic<Int>(0)

    /// Runs `body` with `call` failing `times` times with `code`, after `sparing` calls that go through.
    /// - Returns: what `body` returned. Faults that did not strike are withdrawn.
    @discardableResult
    package static func force<Value: ~Copyable, Failure: Error>(
        _ code: Code, on call: String, times: Int = 1, sparing: Int = 0, victim: Victim = .thisThread,
        during body: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let number = add(code.number, call, times, sparing, victim)
        defer { remove(number) }
        return try body()
    }

    private static func add(_ code: Int32, _ call: String, _ times: Int, _ sparing: Int, _ victim: Victim)
        -> UInt64
    {
        let thread: pthread_t? = victim == .thisThread ? pthread_self() : nil
        var threadName: String?
        if case .threads(let name) = victim {
            threadName = String(decoding: name.utf8.prefix(15), as: UTF8.self)
        }
        let number = plan.withLock { plan in
            let number = plan.nextNumber
            plan.nextNumber += 1
            plan.faults.append(
                Fault(
                    number: number, call: call, code: code, thread: thread, threadName: threadName,
                    spared: sparing, remaining: times))
            return number
        }
        planned.add(1, ordering: .relaxed)
        return number
    }

    private static func remove(_ number: UInt64) {
        plan.withLock { plan in plan.faults.removeAll { $0.number == number } }
        planned.subtract(1, ordering: .relaxed)
    }

    /// The error number to answer instead of making the call, or nil to make it.
    static func takeFault(for call: String) -> Int32? {
        guard planned.load(ordering: .relaxed) > 0 else { return nil }
        let thread = pthread_self()
        let name = Thread.currentName
        return plan.withLock { plan in
            let index = plan.faults.firstIndex {
                $0.call == call && $0.remaining > 0 && ($0.thread == thread || $0.threadName == name)
            }
            guard let index else { return nil }
            guard plan.faults[index].spared == 0 else {
                plan.faults[index].spared -= 1
                return nil
            }
            plan.faults[index].remaining -= 1
            return plan.faults[index].code
        }
    }
}
#endif
