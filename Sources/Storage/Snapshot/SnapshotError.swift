import Chat
import GRDB
import Native

/// Why a snapshot was not made, or is not used. A value; any thread.
package struct SnapshotError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable, CaseIterable {
        /// The file is none of ours.
        case notASnapshot = "not_a_snapshot"
        /// It was made by a newer version.
        case newer = "snapshot_newer"
        /// It is not what was written, or not whole.
        case damaged = "snapshot_damaged"
        /// It is whole, and signed by another key than was given.
        case otherKey = "snapshot_of_another_key"
        /// It is encrypted, and what was given does not open it.
        case locked = "snapshot_locked"
        /// It is whole and signed, and what it holds does not fit together.
        case inconsistent = "snapshot_inconsistent"
        /// There is no room for it.
        case full = "storage_full"
        /// It took so long that the history's log grew past its limit.
        case tooSlow = "snapshot_too_slow"
        /// One is being made.
        case busy
        case failed = "snapshot_failed"
    }

    package let code: Code
    package let detail: String

    package init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    package var description: String { "\(code.rawValue): \(detail)" }
}

extension SnapshotError {
    /// Any error, in our words.
    package init(wrapping error: any Error) {
        switch error {
        case let error as SnapshotError: self = error
        case let error as StorageError:
            self.init(Self.code(of: error.code), error.detail)
        case let error as DatabaseError: self.init(wrapping: StorageError(error))
        case let error as IOError:
            self.init(error.reason == .outOfSpace ? .full : .failed, "\(error)")
        case is DecodingError: self.init(.damaged, "its manifest cannot be read")
        default: self.init(.failed, "\(error)")
        }
    }

    private static func code(of code: StorageError.Code) -> Code {
        switch code {
        case .full: .full
        case .damaged: .damaged
        case .newer: .newer
        case .locked: .busy
        case .older, .failed: .failed
        }
    }
}
