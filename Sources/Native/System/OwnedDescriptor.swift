import Glibc

/// One open file descriptor and the duty to close it once.
///
/// Whoever holds the value owns the number; nobody else may close it. Other types of this folder wrap it and
/// offer only the verbs that make sense for their kind of descriptor.
package struct OwnedDescriptor: ~Copyable, Sendable {
    /// The kernel's number, valid as long as this value lives.
    package let number: Int32

    /// Takes over an open descriptor.
    package init(owning number: Int32) {
        precondition(number >= 0, "OwnedDescriptor needs an open descriptor")
        self.number = number
    }

    /// Closes; an error is dropped, because nobody is left to hear it. Where a close may report lost data
    /// (close(2): EIO, ENOSPC on some file systems), call `close()`.
    deinit {
        _ = try? OwnedDescriptor.release(number)
    }

    package consuming func close() throws(IOError) {
        let number = number
        discard self
        try OwnedDescriptor.release(number)
    }

    /// Linux releases the number even when close(2) is interrupted: repeating it could close another thread's
    /// file.
    private static func release(_ number: Int32) throws(IOError) {
        _ = try SystemCall.performUnlessInterrupted("close") { Glibc.close(number) }
    }
}

extension OwnedDescriptor: Pollable {
    package var pollNumber: Int32 { number }
}
