/// What a store could not do, in words the operator can act on.
package struct StorageError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// No room on the disk or in the map; nothing was changed.
        case full
        /// The file's contents are not what they must be.
        case damaged
        /// Written by a newer version of this program.
        case newer
        /// Written by an older version of this program: an upgrade comes first.
        case older
        /// Somebody else holds it.
        case locked
        /// The operating system or the library refused.
        case failed
    }

    package let code: Code
    package let detail: String

    package init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    package var description: String { "storage \(code.rawValue): \(detail)" }
}
