package import Native
import Synchronization

/// A port that one loop is to serve: made by any thread, handed to the loop with `EventLoop.init`.
package final class Listener: Sendable {
    /// The application's own number for this port; each channel accepted here carries it.
    package let label: Int
    package let security: ChannelSecurity
    /// Where it really listens: port 0 has become the kernel's choice.
    package let address: PeerAddress
    /// Lock tier 9: a leaf, held while the loop takes the socket.
    private let socket: Mutex<ListeningSocket?>

    package init(_ socket: consuming ListeningSocket, security: ChannelSecurity, label: Int = 0) {
        self.label = label
        self.security = security
        address = socket.address
        self.socket = Mutex(consume socket)
    }

    /// The loop takes it, once.
    func open() -> OpenListener? {
        let taken = socket.withLock { $0.take() }
        guard let taken else { return nil }
        return OpenListener(taken, security: security, label: label)
    }
}

/// A port that a loop serves. Loop thread only; the port closes with it.
final class OpenListener {
    let socket: ListeningSocket
    let label: Int
    /// Replaced when the certificate is; channels keep the one they began with.
    var security: ChannelSecurity
    /// An edge came, and the kernel has not said since that nobody waits.
    var mayAccept = true
    /// Set while descriptors have run out: nobody is accepted before.
    var resumesAt: Instant?

    init(_ socket: consuming ListeningSocket, security: ChannelSecurity, label: Int) {
        self.socket = socket
        self.security = security
        self.label = label
    }
}
