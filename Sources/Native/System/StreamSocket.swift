import CLinux
import Glibc

/// One non-blocking stream connection, TCP or UNIX. Writing to a peer that has gone raises no SIGPIPE.
package struct StreamSocket: ~Copyable, Sendable, Pollable {
    private let descriptor: OwnedDescriptor

    /// Takes over a descriptor that is non-blocking already.
    init(owning descriptor: consuming OwnedDescriptor) {
        self.descriptor = descriptor
    }

    package var pollNumber: Int32 { descriptor.number }

    /// Begins to connect. When the socket is writable, `finishConnecting()` says how it went.
    package static func connect(to peer: PeerAddress) throws(IOError) -> StreamSocket {
        let address = KernelAddress(peer)
        let descriptor = try SocketOption.makeStreamSocket(address.family)
        let number = descriptor.number
        // We gather bytes ourselves and write once a turn: Nagle's wait would only add to it.
        try SocketOption.set(number, Int32(IPPROTO_TCP), TCP_NODELAY, to: 1)
        try begin(number, address)
        return StreamSocket(owning: descriptor)
    }

    /// An interrupted connect goes on in the kernel just as one in progress does (connect(2)).
    static func begin(_ number: Int32, _ address: KernelAddress) throws(IOError) {
        do throws(IOError) {
            _ = try SystemCall.performUnlessInterrupted("connect") {
                address.withPointer { Glibc.connect(number, $0, $1) }
            }
        } catch {
            guard error.code == EINPROGRESS else { throw error }
        }
    }

    /// The outcome of a connect, once the socket is writable: throws what the kernel met on the way.
    package borrowing func finishConnecting() throws(IOError) {
        let code = try SocketOption.get(descriptor.number, SOL_SOCKET, SO_ERROR)
        if code != 0 { throw IOError(code: code, operation: "connect") }
    }

    /// Reads once, behind what the buffer already holds. The buffer must have room.
    package borrowing func read(into buffer: IOBuffer) throws(IOError) -> IOResult {
        let number = descriptor.number
        return try buffer.fill { (free: UnsafeMutableRawBufferPointer) throws(IOError) in
            try SystemCall.performUnlessBlocked("recv") { recv(number, free.baseAddress, free.count, 0) }
        }
    }

    /// Writes once; the kernel may take fewer bytes than offered.
    package borrowing func write(_ bytes: Span<UInt8>) throws(IOError) -> IOResult {
        let number = descriptor.number
        let written = try bytes.withUnsafeBytes { bytes throws(IOError) in
            try SystemCall.performUnlessBlocked("send") {
                send(number, bytes.baseAddress, bytes.count, securechat_send_flags)
            }
        }
        return written.map { IOResult.bytes($0) } ?? .wouldBlock
    }

    /// Tells the peer that nothing more comes; reading goes on. A connection that is gone already is no
    /// error.
    package borrowing func finishWriting() throws(IOError) {
        let number = descriptor.number
        do throws(IOError) {
            _ = try SystemCall.perform("shutdown") { shutdown(number, Int32(SHUT_WR)) }
        } catch {
            guard error.reason == .connectionLost else { throw error }
        }
    }

    /// Sleeps until the socket is ready, for callers without a loop.
    /// - Returns: false when the time ran out, a signal arrived, or `stopped` was signalled.
    package borrowing func wait(
        for interest: Interest, timeout: Duration?, unless stopped: WakeUp? = nil
    ) throws(IOError) -> Bool {
        // A number below zero is passed over (poll(2)).
        var entries = [
            pollfd(fd: stopped?.pollNumber ?? -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: descriptor.number, events: Int16(truncatingIfNeeded: interest.rawValue), revents: 0),
        ]
        let milliseconds = timeout.map(\.wholeMilliseconds) ?? -1
        _ = try SystemCall.performUnlessInterrupted("poll") { poll(&entries, 2, milliseconds) }
        return entries[0].revents == 0 && entries[1].revents != 0
    }

    /// This end's address; nil for a UNIX socket.
    package borrowing func localAddress() throws(IOError) -> PeerAddress? {
        try ListeningSocket.boundAddress(of: descriptor.number)
    }

    package consuming func close() throws(IOError) {
        try descriptor.close()
    }
}
