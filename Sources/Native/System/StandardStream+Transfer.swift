import Glibc

/// Whole transfers over the standard streams. They block, whatever the parent left the streams at: never on a
/// loop.
extension StandardStream {
    /// Reads once, behind what the buffer already holds. The buffer must have room.
    package func read(into buffer: IOBuffer) throws(IOError) -> IOResult {
        while true {
            let result = try buffer.fill { (free: UnsafeMutableRawBufferPointer) throws(IOError) in
                try SystemCall.performUnlessBlocked("read") {
                    Glibc.read(rawValue, free.baseAddress, free.count)
                }
            }
            guard result == .wouldBlock else { return result }
            try wait(for: POLLIN)
        }
    }

    /// Writes all of it.
    package func write(_ bytes: [UInt8]) throws(IOError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = try SystemCall.performUnlessBlocked("write") {
                rest.withUnsafeBytes { Glibc.write(rawValue, $0.baseAddress, $0.count) }
            }
            if let written { rest = rest.dropFirst(written) } else { try wait(for: POLLOUT) }
        }
    }

    private func wait(for events: Int32) throws(IOError) {
        var entry = pollfd(fd: rawValue, events: Int16(events), revents: 0)
        _ = try SystemCall.perform("poll") { poll(&entry, 1, -1) }
    }
}
