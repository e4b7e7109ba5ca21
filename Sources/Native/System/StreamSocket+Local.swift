import CLinux
import Glibc

extension StreamSocket {
    /// Connects to a UNIX socket of this machine, at once: such a connect does not stay in progress. A
    /// listener whose queue is full refuses (EAGAIN).
    package static func connect(toPath path: String) throws(IOError) -> StreamSocket {
        let address = try KernelAddress(path: path)
        let descriptor = try SocketOption.makeStreamSocket(AF_UNIX)
        let number = descriptor.number
        _ = try SystemCall.perform("connect", on: path) {
            address.withPointer { Glibc.connect(number, $0, $1) }
        }
        return StreamSocket(owning: descriptor)
    }
}
