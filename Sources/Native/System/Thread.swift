import CLinux
import Glibc
import Synchronization

/// One thread of the operating system, for loops, sequencer and lanes: what they run blocks, so it is no
/// place for Swift's own tasks.
///
/// Join it once; a thread that is never joined is let go when its last reference is.
package final class Thread: Sendable {
    private enum State {
        case running(pthread_t)
        case joined
    }

    /// At most 15 bytes of it show in the process list.
    package let name: String
    /// Lock tier 9: a leaf, held for one assignment.
    private let state: Mutex<State>

    /// Starts a thread.
    /// - Parameter core: the processor it stays on, counted from 0; nil leaves it to the kernel. A processor
    /// that
    ///   this process may not use is refused (EINVAL).
    /// - Parameter body: runs on the new thread and ends it by returning.
    package static func start(
        name: String, core: Int? = nil, body: sending @escaping () -> Void
    ) throws(IOError) -> Thread {
        var attributes = pthread_attr_t()
        try SystemCall.check("pthread_attr_init") { pthread_attr_init(&attributes) }
        defer { pthread_attr_destroy(&attributes) }
        if let core { try pin(&attributes, to: core) }
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        var thread = pthread_t()
        do throws(IOError) {
            try SystemCall.check("pthread_create") {
                pthread_create(&thread, &attributes, Start.run, start.toOpaque())
            }
        } catch {
            start.release()
            throw error
        }
        return Thread(name: name, thread: thread)
    }

    private init(name: String, thread: pthread_t) {
        self.name = name
        state = Mutex(.running(thread))
    }

    deinit {
        state.withLock { state in
            if case .running(let thread) = state { pthread_detach(thread) }
        }
    }

    /// Waits until the body has returned. Once, and not from the thread itself.
    package func join() {
        let thread = state.withLock { state in
            guard case .running(let thread) = state else {
                preconditionFailure("Thread.join twice: \(name)")
            }
            state = .joined
            return thread
        }
        do throws(IOError) {
            try SystemCall.check("pthread_join") { pthread_join(thread, nil) }
        } catch {
            preconditionFailure("Thread.join from itself: \(name): \(error)")
        }
    }

    /// The calling thread's name as the kernel has it.
    package static var currentName: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16) { name in
            guard pthread_getname_np(pthread_self(), name.baseAddress!, 16) == 0 else { return "" }
            return String(cString: name.baseAddress!)
        }
    }

    /// The processors that the calling thread may run on, in rising order.
    package static var currentCores: [Int] {
        var set = cpu_set_t()
        guard sched_getaffinity(0, MemoryLayout<cpu_set_t>.size, &set) == 0 else { return [] }
        return withUnsafeBytes(of: &set) { bytes in
            (0..<bytes.count * 8).filter { bytes[$0 / 8] & (1 << UInt8($0 % 8)) != 0 }
        }
    }

    private static func pin(_ attributes: inout pthread_attr_t, to core: Int) throws(IOError) {
        var set = cpu_set_t()
        guard core >= 0, core < MemoryLayout<cpu_set_t>.size * 8 else {
            throw IOError(code: EINVAL, operation: "pthread_attr_setaffinity_np")
        }
        // CPU_SET is a macro. The mask is an array of machine words; on the little-endian machines that Swift
        // runs on, bit n of the array is bit n % 8 of byte n / 8.
        withUnsafeMutableBytes(of: &set) { $0[core / 8] |= 1 << UInt8(core % 8) }
        try SystemCall.check("pthread_attr_setaffinity_np") {
            pthread_attr_setaffinity_np(&attributes, MemoryLayout<cpu_set_t>.size, &set)
        }
    }
}

/// What travels to a new thread: taken over there, so that it dies with the thread.
private final class Start {
    let name: String
    let body: () -> Void

    init(name: String, body: @escaping () -> Void) {
        self.name = name
        self.body = body
    }

    static let run: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        let start = Unmanaged<Start>.fromOpaque(argument!).takeRetainedValue()
        // The kernel takes 15 bytes and refuses more.
        pthread_setname_np(pthread_self(), String(decoding: start.name.utf8.prefix(15), as: UTF8.self))
        start.body()
        return nil
    }
}
