import Glibc

extension Files {
    /// Adds bytes at a file's end and syncs them; a new file's name too.
    /// - Parameter mode: of a new file, as the umask leaves it.
    package static func append(_ path: String, _ bytes: [UInt8], mode: UInt32) throws(IOError) {
        let isNew = try status(of: path) == nil
        let file = try open(path, .appending(mode: mode))
        try writeAll(bytes.span, to: file)
        let number = file.number
        _ = try SystemCall.perform("fsync", on: path) { fsync(number) }
        if isNew { try syncDirectory(directory(of: path)) }
    }

    /// Writes over a part of a file that is there. Not synced: after a power cut the old bytes may stand
    /// there again.
    /// - Parameter place: from the beginning, in bytes.
    package static func overwrite(_ path: String, at place: Int, _ bytes: [UInt8]) throws(IOError) {
        let file = try open(path, .changing)
        let number = file.number
        let written = try SystemCall.perform("pwrite", on: path) {
            pwrite(number, bytes, bytes.count, off_t(place))
        }
        // A handful of bytes within the file: a disk takes them or refuses them.
        guard written == bytes.count else { throw IOError(code: EIO, operation: "pwrite \(path)") }
    }

    /// The last bytes of a file, at most `count`; `nil` when there is none.
    package static func readEnd(_ path: String, count: Int) throws(IOError) -> [UInt8]? {
        guard let size = try status(of: path)?.size else { return nil }
        let file = try open(path, .reading)
        let number = file.number
        _ = try SystemCall.perform("lseek", on: path) {
            lseek(number, off_t(max(0, size - Int64(count))), SEEK_SET)
        }
        let buffer = IOBuffer(capacity: 64 << 10)
        var bytes: [UInt8] = []
        while bytes.count < count, try file.read(into: buffer) != .endOfFile {
            buffer.span.withUnsafeBufferPointer { bytes.append(contentsOf: $0.prefix(count - bytes.count)) }
            buffer.clear()
        }
        return bytes
    }
}
