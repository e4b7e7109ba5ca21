import CLinux
import Glibc

/// A UNIX socket that takes connections from this machine: the control socket. Its file is removed when it
/// closes.
///
/// Owned by one thread; non-blocking.
package struct LocalListeningSocket: ~Copyable, Sendable, Pollable {
    private let descriptor: OwnedDescriptor
    package let path: String
    /// Our own file: another server may have put its own in the place since.
    private let identity: FileStatus.Identity?

    /// Binds and listens; only this process's account may connect (0600).
    ///
    /// A socket file that a dead process left is replaced. Hold the directory's lock: it is what proves that
    /// process dead.
    /// - Parameter owner: whom the file is given to, when root makes it for another account.
    package init(path: String, owner: UserAccount? = nil, backlog: Int32 = 16) throws(IOError) {
        if try Files.status(of: path)?.kind == .socket { try Files.remove(path) }
        let address = try KernelAddress(path: path)
        let descriptor = try SocketOption.makeStreamSocket(AF_UNIX)
        let number = descriptor.number
        _ = try SystemCall.perform("bind", on: path) { address.withPointer { Glibc.bind(number, $0, $1) } }
        // Between bind and chmod the umask's permissions hold, but nobody can connect before listen.
        _ = try SystemCall.perform("chmod", on: path) { chmod(path, 0o600) }
        if let owner { try Files.give(path, to: owner) }
        _ = try SystemCall.perform("listen", on: path) { listen(number, backlog) }
        identity = try Files.status(of: path)?.identity
        self.descriptor = descriptor
        self.path = path
    }

    deinit {
        if let status = try? Files.status(of: path), status.identity == identity { _ = unlink(path) }
    }

    package var pollNumber: Int32 { descriptor.number }

    /// Takes the next waiting connection, non-blocking; nil when none waits. Ask it for its
    /// `peerCredentials`.
    package borrowing func accept() throws(IOError) -> StreamSocket? {
        let number = descriptor.number
        while true {
            do throws(IOError) {
                let accepted = try SystemCall.performUnlessBlocked("accept4") {
                    accept4(number, nil, nil, securechat_accept_flags)
                }
                guard let accepted else { return nil }
                return StreamSocket(owning: OwnedDescriptor(owning: accepted))
            } catch {
                guard error.code == ECONNABORTED else { throw error }
            }
        }
    }
}
