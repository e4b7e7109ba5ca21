import Native

/// The receiving ends of a ceiling's connections.
enum CeilingReader {
    /// Reads what comes, and throws it away.
    static func discard(_ sockets: [HeldSocket], until isDone: DoneFlag) throws(IOError) {
        let epoll = try Epoll()
        for (number, socket) in sockets.enumerated() {
            try epoll.add(socket.value, token: UInt64(number), interest: .read)
        }
        var events = EpollEvents(capacity: 1_024)
        let buffer = IOBuffer(capacity: 65_536)
        while !isDone.isSet {
            try epoll.wait(into: &events, timeout: .milliseconds(50))
            for index in 0..<events.count {
                _ = try sockets[Int(events[index].token)].value.read(into: buffer)
                buffer.clear()
            }
        }
    }
}
