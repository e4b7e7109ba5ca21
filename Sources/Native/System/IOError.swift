import CLinux
import Glibc

/// What the operating system refused, and at which call.
package struct IOError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The error number as the call left it (the manual page of the call lists them).
    package let code: Int32
    /// The call's name as its manual page has it, with the path where there is one: `openat /etc/securechat`.
    package let operation: String

    package init(code: Int32, operation: String) {
        self.code = code
        self.operation = operation
    }

    /// For the log and the terminal: `accept4: Too many open files (EMFILE)`.
    package var description: String {
        guard let name = strerrorname_np(code), let text = strerrordesc_np(code) else {
            return "\(operation): error \(code)"
        }
        return "\(operation): \(String(cString: text)) (\(String(cString: name)))"
    }
}
