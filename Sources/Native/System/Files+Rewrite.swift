import Glibc

extension Files {
    /// Writes what a file holds over itself, and syncs it and its name: what is read from it is on the disk
    /// from then on.
    ///
    /// What a file shows may be in the kernel's memory alone: a process that was killed had written it and
    /// not synced it, or a sync had failed, after which the kernel takes it for written (fsync(2)) and syncs
    /// it no more.
    /// - Returns: false when there is no such file.
    @discardableResult
    package static func rewrite(_ path: String) throws(IOError) -> Bool {
        guard let status = try status(of: path) else { return false }
        let old = try open(path, .reading)
        let new = try open(path, .creatingIfMissing(mode: status.mode))
        let buffer = IOBuffer(capacity: 64 << 10)
        while try old.read(into: buffer) != .endOfFile {
            try writeAll(buffer.span, to: new)
            buffer.clear()
        }
        let number = new.number
        _ = try SystemCall.perform("fsync", on: path) { fsync(number) }
        try syncDirectory(directory(of: path))
        return true
    }
}
