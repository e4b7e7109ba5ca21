import CLinux
import Glibc

/// setsockopt(2) and getsockopt(2) for the options that are one `int`.
enum SocketOption {
    static func set(_ number: Int32, _ level: Int32, _ option: Int32, to value: Int32) throws(IOError) {
        var value = value
        _ = try SystemCall.perform("setsockopt") {
            setsockopt(number, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
        }
    }

    /// For options that only make things faster: a kernel without them serves as well.
    static func trySetting(_ number: Int32, _ level: Int32, _ option: Int32, to value: Int32) {
        _ = try? set(number, level, option, to: value)
    }

    static func get(_ number: Int32, _ level: Int32, _ option: Int32) throws(IOError) -> Int32 {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        _ = try SystemCall.perform("getsockopt") { getsockopt(number, level, option, &value, &length) }
        return value
    }

    /// A new non-blocking stream socket that no child process inherits.
    static func makeStreamSocket(_ family: Int32) throws(IOError) -> OwnedDescriptor {
        OwnedDescriptor(
            owning: try SystemCall.perform("socket") { socket(family, securechat_socket_stream, 0) })
    }
}
