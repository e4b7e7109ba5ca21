import CLinux
import Glibc

/// Names to addresses (getaddrinfo(3)). Blocks, for seconds when a name server is silent: never on a loop.
package enum Resolver {
    /// A name that has no address, in the resolver's words.
    package struct Failure: Error, Equatable, Sendable, CustomStringConvertible {
        package let host: String
        package let text: String
        /// The name server did not answer: the same question may do better later.
        package let isTemporary: Bool

        package var description: String { "\(host): \(text)" }
    }

    /// The host's addresses in the order to try them (RFC 6724); never empty. An address as text needs no
    /// server.
    package static func resolve(_ host: String, port: UInt16) throws(Failure) -> [PeerAddress] {
        if let address = IPAddress(host) { return [PeerAddress(address, port: port)] }
        var hints = addrinfo()
        hints.ai_socktype = securechat_socket_kind_stream
        hints.ai_family = AF_UNSPEC
        hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, "\(port)", &hints, &list)
        guard code == 0 else {
            throw Failure(
                host: host, text: String(cString: gai_strerror(code)), isTemporary: code == EAI_AGAIN)
        }
        defer { freeaddrinfo(list) }
        var addresses: [PeerAddress] = []
        var entry = list
        while let current = entry {
            if let address = current.pointee.ai_addr.flatMap({
                KernelAddress($0, current.pointee.ai_addrlen).peer
            }) {
                addresses.append(address)
            }
            entry = current.pointee.ai_next
        }
        guard !addresses.isEmpty else {
            throw Failure(host: host, text: "has no internet address", isTemporary: false)
        }
        return addresses
    }
}
