import Glibc

/// A file that is read from its beginning, piece by piece. One thread at a time.
package struct FileReader: ~Copyable {
    package let path: String
    /// In bytes, when it was opened.
    package let size: Int
    private let file: OwnedDescriptor
    private let buffer = IOBuffer(capacity: 256 << 10)
    private var rest: ArraySlice<UInt8> = []

    package init(path: String) throws(IOError) {
        let size = Int(try Files.status(of: path)?.size ?? 0)
        file = try Files.open(path, .reading)
        self.path = path
        self.size = size
    }

    /// Begins again, on the same file, whatever has its name now.
    package mutating func rewind() throws(IOError) {
        let number = file.number
        _ = try SystemCall.perform("lseek", on: path) { lseek(number, 0, SEEK_SET) }
        rest = []
    }

    /// The next bytes, at least one and no more than `most`; none at the end.
    package mutating func next(most: Int = .max) throws(IOError) -> [UInt8] {
        if rest.isEmpty {
            buffer.clear()
            _ = try file.read(into: buffer)
            var bytes: [UInt8] = []
            buffer.span.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
            rest = bytes[...]
        }
        defer { rest = rest.dropFirst(most) }
        return Array(rest.prefix(most))
    }

    /// Exactly so many bytes; `nil` when the file ends before.
    package mutating func next(exactly count: Int) throws(IOError) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        while bytes.count < count {
            let more = try next(most: count - bytes.count)
            guard !more.isEmpty else { return nil }
            bytes += more
        }
        return bytes
    }
}
