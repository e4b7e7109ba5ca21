import Native
import Wire

/// The writing ends: a TLS session for each, as the server's loop has them, and nothing behind it.
///
/// Used on one thread.
final class CeilingWriter {
    private let sockets: [HeldSocket]
    private let memory = TLSMemory()
    private var sessions: [TLSSession] = []

    init(_ sockets: [HeldSocket]) throws {
        self.sockets = sockets
        let authority = try CertificateAuthority.create(name: "Ceiling", permittedNames: ["localhost"])
        let leaf = try authority.issueLeaf(serverName: "localhost", days: 2)
        let server = try TLSContext.server(
            certificateChain: leaf.certificateChain, privateKey: leaf.privateKey,
            protocols: [ProtocolVersion.applicationProtocol], tickets: TLSTicketKeys())
        let client = try TLSContext.client(
            trust: .unverified, protocols: [ProtocolVersion.applicationProtocol])
        for _ in sockets { sessions.append(try established(server, client)) }
    }

    /// One record to each in turn; how many were written.
    func write(_ record: [UInt8], seconds: Double) throws -> Int {
        let end = MonotonicClock.now() + .nanoseconds(Int64(seconds * 1e9))
        var writes = 0
        while MonotonicClock.now() < end {
            for (session, socket) in zip(sessions, sockets) {
                guard session.send(record.span) == .ok else { throw LoadError("TLS failed") }
                try memory.withOutput { output throws(IOError) in try Self.writeAll(output, to: socket) }
                memory.clearOutput()
            }
            writes += sessions.count
        }
        return writes
    }

    private static func writeAll(_ bytes: Span<UInt8>, to socket: HeldSocket) throws(IOError) {
        var written = 0
        while written < bytes.count {
            if case .bytes(let count) = try socket.value.write(bytes.extracting(written..<bytes.count)) {
                written += count
            } else {
                _ = try socket.value.wait(for: .write, timeout: .seconds(1))
            }
        }
    }

    /// Both ends are here: the handshake needs no network.
    private func established(_ server: TLSContext, _ client: TLSContext) throws -> TLSSession {
        let far = TLSMemory()
        let session = try TLSSession(context: server, role: .server, memory: memory)
        let peer = try TLSSession(context: client, role: .client(serverName: nil), memory: far)
        _ = peer.handshake()
        for _ in 0..<3 where !session.isEstablished {
            _ = far.withOutput { session.receive($0) { _ in } }
            far.clearOutput()
            _ = memory.withOutput { peer.receive($0) { _ in } }
            memory.clearOutput()
        }
        guard session.isEstablished else { throw LoadError("the handshake failed") }
        return session
    }
}
