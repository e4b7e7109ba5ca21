import Native
import Reactor

/// The listening sockets, one a loop on the same port.
struct Doors {
    let listeners: [Listener]
    let port: UInt16

    /// With SO_REUSEPORT a second server would silently share the port: so it is tried without first.
    init(configuration: Configuration, security: ChannelSecurity) throws {
        guard let address = IPAddress(configuration.listenAddress) else {
            throw DoorError.notAnAddress(configuration.listenAddress)
        }
        var port = UInt16(configuration.listenPort)
        if port != 0, try !ListeningSocket.probePortFree(address: address, port: port) {
            throw DoorError.portTaken(configuration.listenAddress, port)
        }
        var listeners: [Listener] = []
        for _ in 0..<configuration.loopCount {
            let socket = try ListeningSocket(address: address, port: port)
            port = socket.address.port
            listeners.append(Listener(socket, security: security))
        }
        self.listeners = listeners
        self.port = port
    }
}

/// Why a door cannot be opened, in words the operator can act on.
package enum DoorError: Error, Equatable, CustomStringConvertible {
    case notAnAddress(String)
    case portTaken(String, UInt16)

    package var description: String {
        switch self {
        case .notAnAddress(let text): "listen.address: \(text) is no IP address"
        case .portTaken(let address, let port):
            "\(address):\(port) is taken by another program; stop it, or choose another listen.port"
        }
    }
}

extension Configuration {
    /// One loop a processor that this process may use, unless the operator says otherwise.
    var loopCount: Int { loops > 0 ? loops : max(1, Thread.currentCores.count) }

    /// The processors that loops stay on; `nil` to leave it to the kernel.
    var cores: [Int]? { pinsLoops ? Thread.currentCores : nil }
}
