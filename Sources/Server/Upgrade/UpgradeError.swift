import Chat
import Native
import Storage

/// Why a directory's data were not upgraded, or are not opened. A value; any thread.
package struct UpgradeError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable, CaseIterable {
        /// They were written by a newer version.
        case newer = "format_newer"
        /// There is no room for a snapshot and for new files beside the old.
        case full = "storage_full"
        /// What is to be upgraded is not what it must be.
        case damaged = "storage_damaged"
        /// What the upgrade made does not hold what was there before.
        case inconsistent = "upgrade_inconsistent"
        case failed = "upgrade_failed"
    }

    package let code: Code
    package let detail: String

    package init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    package var description: String { "\(code.rawValue): \(detail)" }

    /// Any error, in our words.
    init(wrapping error: any Error) {
        switch error {
        case let error as UpgradeError: self = error
        case let error as StorageError: self.init(Self.code(of: error.code), error.detail)
        case let error as SnapshotError: self.init(Self.code(of: error.code), error.detail)
        case let error as IOError: self.init(error.reason == .outOfSpace ? .full : .failed, "\(error)")
        default: self.init(.failed, "\(error)")
        }
    }

    private static func code(of code: StorageError.Code) -> Code {
        switch code {
        case .full: .full
        case .damaged: .damaged
        case .newer: .newer
        case .older, .locked, .failed: .failed
        }
    }

    private static func code(of code: SnapshotError.Code) -> Code {
        switch code {
        case .full: .full
        case .newer: .newer
        case .damaged, .inconsistent, .notASnapshot, .otherKey: .inconsistent
        case .locked, .tooSlow, .busy, .failed: .failed
        }
    }
}
