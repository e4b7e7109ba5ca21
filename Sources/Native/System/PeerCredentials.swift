import CLinux
import Glibc

/// Who is at the other end of a UNIX socket, as the kernel saw it when the connection was made (SO_PEERCRED,
/// unix(7)).
package struct PeerCredentials: Equatable, Sendable {
    package let process: Int32
    package let account: UserAccount

    package init(process: Int32, account: UserAccount) {
        self.process = process
        self.account = account
    }
}

extension StreamSocket {
    /// Of a UNIX socket only.
    package borrowing func peerCredentials() throws(IOError) -> PeerCredentials {
        let number = pollNumber
        var credentials = securechat_peer_credentials()
        var length = socklen_t(MemoryLayout<securechat_peer_credentials>.size)
        _ = try SystemCall.perform("getsockopt") {
            getsockopt(number, SOL_SOCKET, SO_PEERCRED, &credentials, &length)
        }
        return PeerCredentials(
            process: credentials.process,
            account: UserAccount(user: credentials.user, group: credentials.group))
    }
}
