import Glibc

@testable import Native
@testable import Reactor

/// A kernel that does what the test has written down, and notes every call in its order.
///
/// Connections are numbered as they come into being. Their descriptors are real, so that owning and closing
/// them is real too, but nothing is ever asked of them.
final class FakeSelector: Selector {
    enum Read {
        case bytes([UInt8])
        case end
        case failure(IOError)
    }

    struct Connection {
        var number: Int32
        var reads: [Read] = []
        /// How many bytes the next writes may take; `nil` is without bound.
        var room: Int?
        var written: [UInt8] = []
    }

    var now = Instant(nanoseconds: 1_000_000_000_000)
    private(set) var calls: [String] = []
    private(set) var timeouts: [Duration?] = []
    /// Events of the next waits, by connection's token or a loop's own.
    var upcoming: [[EpollEvents.Event]] = []
    var connections: [Connection] = []
    var tokens: [UInt64] = []
    /// Who waits to be accepted; an error is what accept then says.
    var callers: [IOError?] = []
    var connectFailure: IOError?
    private var current: [EpollEvents.Event] = []

    var eventCount: Int { current.count }
    func event(_ index: Int) -> EpollEvents.Event { current[index] }

    func takeCalls() -> [String] {
        defer { calls = [] }
        return calls
    }

    func note(_ call: String) { calls.append(call) }

    // MARK: what the test arranges

    func edge(_ connection: Int, _ readiness: EventReadiness) -> EpollEvents.Event {
        EpollEvents.Event(token: tokens[connection], readiness: readiness)
    }

    // MARK: Selector

    func wait(timeout: Duration?) {
        calls.append("wait")
        timeouts.append(timeout)
        current = upcoming.isEmpty ? [] : upcoming.removeFirst()
    }

    func clearWakeUp() { calls.append("clear") }

    func watch(_ socket: borrowing StreamSocket, token: UInt64) {
        let index = index(of: socket)
        while tokens.count <= index { tokens.append(0) }
        tokens[index] = token
    }

    func watch(_ listener: borrowing ListeningSocket, token: UInt64) {}

    func accept(from listener: borrowing ListeningSocket) throws(IOError) -> AcceptedSocket? {
        calls.append("accept")
        guard !callers.isEmpty else { return nil }
        if let failure = callers.removeFirst() { throw failure }
        return AcceptedSocket(
            socket: makeSocket(), peer: PeerAddress(.v4(0xc000_0201), port: UInt16(connections.count)))
    }

    func connect(to peer: PeerAddress) -> StreamSocket { makeSocket() }

    func finishConnecting(_ socket: borrowing StreamSocket) throws(IOError) {
        calls.append("connected \(index(of: socket))")
        if let connectFailure { throw connectFailure }
    }

    func read(from socket: borrowing StreamSocket, into buffer: IOBuffer) throws(IOError) -> IOResult {
        let index = index(of: socket)
        calls.append("read \(index)")
        guard let first = connections[index].reads.first else { return .wouldBlock }
        switch first {
        case .bytes: return try readBytes(of: index, into: buffer)
        case .end: return .endOfFile
        case .failure(let error): throw error
        }
    }

    /// As a stream does: what arrived in pieces is one, and a read that does not fill the buffer has taken
    /// all.
    private func readBytes(of index: Int, into buffer: IOBuffer) throws(IOError) -> IOResult {
        let before = buffer.count
        while !buffer.isFull, case .bytes(let bytes)? = connections[index].reads.first {
            let part = Array(bytes.prefix(buffer.capacity - buffer.count))
            connections[index].reads.removeFirst()
            if part.count < bytes.count {
                connections[index].reads.insert(.bytes(Array(bytes[part.count...])), at: 0)
            }
            try buffer.append(part.span)
        }
        return .bytes(buffer.count - before)
    }

    func write(_ bytes: Span<UInt8>, to socket: borrowing StreamSocket) -> IOResult {
        let index = index(of: socket)
        let taken = min(connections[index].room ?? bytes.count, bytes.count)
        calls.append("write \(index): \(taken) of \(bytes.count)")
        guard taken > 0 else { return .wouldBlock }
        if let room = connections[index].room { connections[index].room = room - taken }
        for position in 0..<taken { connections[index].written.append(bytes[position]) }
        return .bytes(taken)
    }

    func finishWriting(_ socket: borrowing StreamSocket) { calls.append("finish \(index(of: socket))") }
    func resetOnClose(_ socket: borrowing StreamSocket) { calls.append("reset \(index(of: socket))") }

    private func makeSocket() -> StreamSocket {
        let number = socket(AF_INET, 1, 0)
        connections.append(Connection(number: number))
        return StreamSocket(owning: OwnedDescriptor(owning: number))
    }

    /// The last one of that number: closed descriptors' numbers come back.
    private func index(of socket: borrowing StreamSocket) -> Int {
        connections.lastIndex { $0.number == socket.pollNumber } ?? -1
    }
}
