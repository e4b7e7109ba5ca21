import Glibc

/// A file that is being written under a temporary name, and is there under its own only when it is whole and
/// on the disk. One that is dropped before `place` leaves nothing behind.
///
/// One thread at a time.
package struct NewFile: ~Copyable {
    /// What the temporary name ends with: one that is found belongs to a process that was killed.
    package static let partialEnding = ".partial"

    package let path: String
    private let temporary: String
    private let file: OwnedDescriptor
    /// Bytes written so far.
    package private(set) var count = 0

    /// - Parameter mode: its permissions, whatever the umask.
    /// - Throws: reason `.alreadyExists` when there is something of that name.
    package init(path: String, mode: UInt32) throws(IOError) {
        guard try Files.status(of: path) == nil else {
            throw IOError(code: EEXIST, operation: "create \(path)")
        }
        let temporary = Self.temporaryName(for: path)
        let file = try Files.open(temporary, .creatingNew(mode: mode))
        let number = file.number
        do throws(IOError) {
            _ = try SystemCall.perform("fchmod", on: temporary) { fchmod(number, mode) }
        } catch {
            _ = unlink(temporary)
            throw error
        }
        self.path = path
        self.temporary = temporary
        self.file = file
    }

    deinit { _ = unlink(temporary) }

    /// Beside the path, and nobody else's.
    package static func temporaryName(for path: String) -> String {
        "\(path).\(String(UInt64.random(in: 0 ... .max), radix: 16))\(partialEnding)"
    }

    package mutating func write(_ bytes: [UInt8]) throws(IOError) {
        try Files.writeAll(bytes.span, to: file)
        count += bytes.count
    }

    /// Syncs it, gives it its name, and syncs that.
    /// - Throws: reason `.alreadyExists` when something has got that name meanwhile: it is left as it is.
    package consuming func place() throws(IOError) {
        let number = file.number
        _ = try SystemCall.perform("fsync", on: temporary) { fsync(number) }
        // Not by a rename, which takes the place of what is there. The other name goes with this value.
        _ = try SystemCall.perform("link", on: path) { link(temporary, path) }
        _ = unlink(temporary)
        try Files.syncDirectory(Files.directory(of: path))
    }
}
