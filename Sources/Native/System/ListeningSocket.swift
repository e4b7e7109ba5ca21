import CLinux
import Glibc

/// A TCP port that takes connections. Several may share one port (SO_REUSEPORT, socket(7)): one for each
/// loop, and the kernel spreads the connections.
///
/// Owned by one loop thread; non-blocking.
package struct ListeningSocket: ~Copyable, Sendable, Pollable {
    private let descriptor: OwnedDescriptor
    /// Where it really listens: port 0 has become the kernel's choice.
    package let address: PeerAddress

    /// Binds and listens.
    /// - Parameter port: 0 lets the kernel choose.
    /// - Parameter backlog: connections the kernel holds before `accept`; it cuts to net.core.somaxconn.
    /// - Note: SO_REUSEPORT lets a second server of the same user share the port unnoticed: `probePortFree`
    /// first.
    package init(address: IPAddress, port: UInt16, backlog: Int32 = 4096) throws(IOError) {
        let descriptor = try ListeningSocket.bind(PeerAddress(address, port: port), sharing: true)
        let number = descriptor.number
        // Data in the SYN: saves a round trip where the machine's sysctl allows it.
        SocketOption.trySetting(number, Int32(IPPROTO_TCP), TCP_FASTOPEN, to: 1024)
        _ = try SystemCall.perform("listen") { listen(number, backlog) }
        guard let actual = try ListeningSocket.boundAddress(of: number) else {
            preconditionFailure("a TCP socket has an internet address")
        }
        self.descriptor = descriptor
        self.address = actual
    }

    package var pollNumber: Int32 { descriptor.number }

    /// Takes the next waiting connection, non-blocking and with TCP_NODELAY; nil when none waits.
    ///
    /// A connection that broke while it waited is skipped. `IOError.reason == .outOfResources` means that the
    /// connection still waits: back off and try again.
    package borrowing func accept() throws(IOError) -> AcceptedSocket? {
        let number = descriptor.number
        while true {
            var address = KernelAddress()
            do throws(IOError) {
                let accepted = try SystemCall.performUnlessBlocked("accept4") {
                    address.withMutablePointer { accept4(number, $0, $1, securechat_accept_flags) }
                }
                guard let accepted else { return nil }
                let socket = StreamSocket(owning: OwnedDescriptor(owning: accepted))
                guard let peer = address.peer else { continue }
                SocketOption.trySetting(accepted, Int32(IPPROTO_TCP), TCP_NODELAY, to: 1)
                return AcceptedSocket(socket: socket, peer: peer)
            } catch {
                guard ListeningSocket.isOfOneConnection(error.code) else { throw error }
            }
        }
    }

    package consuming func close() throws(IOError) {
        try descriptor.close()
    }

    /// Whether nobody listens there: binds without sharing and lets go again.
    /// - Throws: any refusal but "address in use", such as a port below 1024 without the right to it.
    package static func probePortFree(address: IPAddress, port: UInt16) throws(IOError) -> Bool {
        do throws(IOError) {
            _ = try bind(PeerAddress(address, port: port), sharing: false)
            return true
        } catch {
            guard error.reason == .addressInUse else { throw error }
            return false
        }
    }

    /// accept(2): Linux hands over errors that the new connection has met already; the listener is well.
    private static func isOfOneConnection(_ code: Int32) -> Bool {
        switch code {
        case ECONNABORTED, EPROTO, EPERM, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH, EOPNOTSUPP,
            ENETUNREACH:
            true
        default: false
        }
    }

    private static func bind(_ address: PeerAddress, sharing: Bool) throws(IOError) -> OwnedDescriptor {
        let kernelAddress = KernelAddress(address)
        let descriptor = try SocketOption.makeStreamSocket(kernelAddress.family)
        let number = descriptor.number
        // Without it a restart waits for the old connections' TIME_WAIT. A listener still refuses a second
        // one.
        try SocketOption.set(number, SOL_SOCKET, SO_REUSEADDR, to: 1)
        if sharing { try SocketOption.set(number, SOL_SOCKET, SO_REUSEPORT, to: 1) }
        if kernelAddress.family == AF_INET6 {
            // [::] takes IPv4 too, whatever the machine's default is.
            try SocketOption.set(number, Int32(IPPROTO_IPV6), IPV6_V6ONLY, to: 0)
        }
        _ = try SystemCall.perform("bind", on: "\(address)") {
            kernelAddress.withPointer { Glibc.bind(number, $0, $1) }
        }
        return descriptor
    }

    static func boundAddress(of number: Int32) throws(IOError) -> PeerAddress? {
        var address = KernelAddress()
        _ = try SystemCall.perform("getsockname") {
            address.withMutablePointer { getsockname(number, $0, $1) }
        }
        return address.peer
    }
}
