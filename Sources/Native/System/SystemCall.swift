import Glibc

/// The only place where errno is read.
///
/// An interrupted call is repeated, "would block" is a value, EBADF and EFAULT are our own bugs and trap, and
/// all else is thrown as an `IOError`. Each call names itself as its manual page does: the name goes into the
/// error, and test builds force failures by it (`FaultPlan`).
enum SystemCall {
    /// One attempt's end, before anybody decides what it means.
    @usableFromInline
    enum Attempt<Value> {
        case done(Value)
        case failed(Int32)
    }

    /// For calls that do not wait for readiness; EAGAIN is an error like any other.
    @inline(__always)
    static func perform<Value: SignedInteger & FixedWidthInteger>(
        _ name: String, on subject: String? = nil, _ call: () -> Value
    ) throws(IOError) -> Value {
        while true {
            switch attempt(name, call) {
            case .done(let value): return value
            case .failed(EINTR): continue
            case .failed(let code): throw error(code, name, subject)
            }
        }
    }

    /// For calls on non-blocking descriptors; nil says that the call would have had to wait.
    @inline(__always)
    static func performUnlessBlocked<Value: SignedInteger & FixedWidthInteger>(
        _ name: String, _ call: () -> Value
    ) throws(IOError) -> Value? {
        while true {
            switch attempt(name, call) {
            case .done(let value): return value
            case .failed(EINTR): continue
            case .failed(EAGAIN): return nil
            case .failed(let code): throw error(code, name, nil)
            }
        }
    }

    /// For calls that must not simply be repeated after an interruption: a wait whose time is partly over, a
    /// close that has released the number already, a connect that goes on in the kernel. Nil says
    /// interrupted.
    @inline(__always)
    static func performUnlessInterrupted<Value: SignedInteger & FixedWidthInteger>(
        _ name: String, _ call: () -> Value
    ) throws(IOError) -> Value? {
        switch attempt(name, call) {
        case .done(let value): return value
        case .failed(EINTR): return nil
        case .failed(let code): throw error(code, name, nil)
        }
    }

    /// For the calls that return their error number instead of leaving it in errno: pthread_*(3).
    static func check(_ name: String, _ call: () -> Int32) throws(IOError) {
        #if DEBUG
        if let forced = FaultPlan.takeFault(for: name) { throw error(forced, name, nil) }
        #endif
        let code = call()
        if code != 0 { throw error(code, name, nil) }
    }

    @inline(__always)
    private static func attempt<Value: SignedInteger & FixedWidthInteger>(
        _ name: String, _ call: () -> Value
    ) -> Attempt<Value> {
        #if DEBUG
        if let forced = FaultPlan.takeFault(for: name) { return .failed(forced) }
        #endif
        let value = call()
        if value != -1 { return .done(value) }
        return .failed(errno)
    }

    private static func error(_ code: Int32, _ name: String, _ subject: String?) -> IOError {
        let error = IOError(code: code, operation: subject.map { "\(name) \($0)" } ?? name)
        precondition(code != EBADF && code != EFAULT, "our own bug: \(error)")
        return error
    }
}
