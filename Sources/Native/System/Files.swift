import Glibc

/// Small files as a whole: configuration, keys, certificates. They block; never on a loop.
package enum Files {
    /// What `open(2)` is to do with a file that is or is not there.
    enum Opening {
        case reading
        /// Both ways, without becoming the process's terminal.
        case talking
        case creatingNew(mode: UInt32)
        case creatingIfMissing(mode: UInt32)
        /// Every write goes to the end; a missing file is made.
        case appending(mode: UInt32)
        /// Writing into a file that is there.
        case changing
    }

    /// Replaces a file so that after a power cut either the old or the new content stands there, whole.
    ///
    /// The bytes go to a new file beside it, which is synced, renamed over the old one, and the directory is
    /// synced.
    /// - Parameter mode: the permissions of the new file, whatever the umask.
    /// - Throws: when a sync fails the new content may or may not survive a power cut; the old file may be
    /// replaced.
    package static func writeAtomically(_ path: String, _ bytes: [UInt8], mode: UInt32) throws(IOError) {
        let temporary = "\(path).new-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        do throws(IOError) {
            let file = try open(temporary, .creatingNew(mode: mode))
            let number = file.number
            _ = try SystemCall.perform("fchmod", on: temporary) { fchmod(number, mode) }
            try writeAll(bytes.span, to: file)
            _ = try SystemCall.perform("fsync", on: temporary) { fsync(number) }
            try file.close()
            _ = try SystemCall.perform("rename", on: path) { Glibc.rename(temporary, path) }
        } catch {
            _ = unlink(temporary)
            throw error
        }
        try syncDirectory(directory(of: path))
    }

    /// Puts new names, renames and removals in a directory on the disk (fsync(2): the file's own sync does
    /// not).
    package static func syncDirectory(_ path: String) throws(IOError) {
        let directory = try open(path, .reading)
        let number = directory.number
        _ = try SystemCall.perform("fsync", on: path) { fsync(number) }
    }

    /// The whole file.
    /// - Parameter limit: a longer file is refused, reason `.tooLarge`, and not read further.
    package static func read(_ path: String, limit: Int) throws(IOError) -> [UInt8] {
        precondition(limit >= 0, "a limit is not negative")
        let file = try open(path, .reading)
        let buffer = IOBuffer(capacity: min(limit + 1, 64 << 10))
        var bytes: [UInt8] = []
        while try readOn(path, file, into: buffer) != .endOfFile {
            guard buffer.count <= limit - bytes.count else {
                throw IOError(code: EFBIG, operation: "read \(path)")
            }
            buffer.span.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
            buffer.clear()
        }
        return bytes
    }

    /// Reads once; a refusal names the file.
    private static func readOn(
        _ path: String, _ file: borrowing OwnedDescriptor, into buffer: IOBuffer
    ) throws(IOError) -> IOResult {
        do throws(IOError) {
            return try file.read(into: buffer)
        } catch {
            throw IOError(code: error.code, operation: "read \(path)")
        }
    }

    /// Creates one directory and syncs its parent.
    /// - Parameter mode: its permissions, whatever the umask.
    /// - Returns: false when something of that name stands there already; it is left alone.
    @discardableResult
    package static func makeDirectory(_ path: String, mode: UInt32) throws(IOError) -> Bool {
        do throws(IOError) {
            _ = try SystemCall.perform("mkdir", on: path) { mkdir(path, mode) }
        } catch {
            guard error.reason == .alreadyExists else { throw error }
            return false
        }
        _ = try SystemCall.perform("chmod", on: path) { chmod(path, mode) }
        try syncDirectory(directory(of: path))
        return true
    }

    /// Removes a file and syncs its directory.
    /// - Returns: false when there was none.
    @discardableResult
    package static func remove(_ path: String) throws(IOError) -> Bool {
        do throws(IOError) {
            _ = try SystemCall.perform("unlink", on: path) { unlink(path) }
        } catch {
            guard error.reason == .notFound else { throw error }
            return false
        }
        try syncDirectory(directory(of: path))
        return true
    }

    /// Removes an empty directory and syncs its parent.
    package static func removeDirectory(_ path: String) throws(IOError) {
        _ = try SystemCall.perform("rmdir", on: path) { rmdir(path) }
        try syncDirectory(directory(of: path))
    }

    /// The directory that holds `path`'s last part: `.` for a bare name, as dirname(3).
    package static func directory(of path: String) -> String {
        var rest = path[...]
        while rest.count > 1, rest.last == "/" { rest.removeLast() }
        guard let slash = rest.lastIndex(of: "/") else { return "." }
        return slash == rest.startIndex ? "/" : String(rest[..<slash])
    }

    static func open(_ path: String, _ opening: Opening) throws(IOError) -> OwnedDescriptor {
        let (flags, mode): (Int32, UInt32) =
            switch opening {
            case .reading: (O_RDONLY, 0)
            case .talking: (O_RDWR | O_NOCTTY, 0)
            case .creatingNew(let mode): (O_WRONLY | O_CREAT | O_EXCL, mode)
            case .creatingIfMissing(let mode): (O_RDWR | O_CREAT, mode)
            case .appending(let mode): (O_WRONLY | O_CREAT | O_APPEND, mode)
            case .changing: (O_WRONLY, 0)
            }
        let number = try SystemCall.perform("open", on: path) { Glibc.open(path, flags | O_CLOEXEC, mode) }
        return OwnedDescriptor(owning: number)
    }

    static func writeAll(
        _ bytes: Span<UInt8>, to file: borrowing OwnedDescriptor
    ) throws(IOError) {
        var written = 0
        while written < bytes.count {
            switch try file.write(bytes.extracting(written...)) {
            case .bytes(let count): written += count
            case .wouldBlock, .endOfFile: preconditionFailure("a file on a disk takes bytes or refuses them")
            }
        }
    }
}
