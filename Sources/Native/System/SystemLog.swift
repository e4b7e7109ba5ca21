import CLinux
import Glibc

/// The machine's own log, reached by one datagram a message (syslog(3), RFC 3164): journald or a syslog
/// daemon listens, and sends on what it is told to.
package enum SystemLog {
    package static let standardPath = "/dev/log"
    /// Facility 10 (authpriv), severity 5 (notice).
    private static let priority = 10 * 8 + 5

    /// Any thread; never waits.
    /// - Returns: false when nobody listens there, or whoever does has no room: a machine may have no such
    ///   log.
    package static func send(
        _ message: String, program: String, process: Int32, to path: String = standardPath
    ) throws(IOError) -> Bool {
        let address = try KernelAddress(path: path)
        let descriptor = OwnedDescriptor(
            owning: try SystemCall.perform("socket") { socket(AF_UNIX, securechat_socket_datagram, 0) })
        let bytes = Array("<\(priority)>\(program)[\(process)]: \(message)".utf8)
        let number = descriptor.number
        do throws(IOError) {
            return try SystemCall.performUnlessBlocked("sendto") {
                address.withPointer { sendto(number, bytes, bytes.count, securechat_send_flags, $0, $1) }
            } != nil
        } catch {
            switch error.reason {
            case .notFound, .unreachable, .notPermitted, .outOfResources, .connectionLost: return false
            case .outOfSpace, .addressInUse, .alreadyExists, .tooLarge, .other: throw error
            }
        }
    }
}
