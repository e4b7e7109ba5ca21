import Native
import Testing

/// Two ends of one TCP connection on this machine.
struct ConnectedPair: ~Copyable {
    let client: StreamSocket
    let server: StreamSocket

    init() throws {
        let listener = try ListeningSocket(address: .loopback, port: 0)
        let client = try StreamSocket.connect(to: listener.address)
        try #require(try client.wait(for: .write, timeout: .seconds(10)))
        try client.finishConnecting()
        server = try accepted(by: listener).takeSocket()
        self.client = client
    }

    /// The client's end, the server's being closed.
    consuming func closeServer() throws -> StreamSocket {
        try server.close()
        return client
    }
}

/// The connection that is about to arrive.
func accepted(by listener: borrowing ListeningSocket) throws -> AcceptedSocket {
    let epoll = try Epoll()
    var events = EpollEvents(capacity: 1)
    try epoll.add(listener, token: 0, interest: .read)
    while true {
        if let accepted = try listener.accept() { return accepted }
        try epoll.wait(into: &events, timeout: .seconds(10))
        try #require(events.count == 1, "no connection arrived")
    }
}

/// What the buffer holds, for comparisons.
func bytes(of buffer: IOBuffer) -> [UInt8] {
    let span = buffer.span
    return span.indices.map { span[$0] }
}
