import Native

/// A client and a server whose bytes are carried by hand, `step` bytes at a time.
final class TLSPair {
    let clientMemory = TLSMemory()
    let serverMemory = TLSMemory()
    let client: TLSSession
    let server: TLSSession
    private let step: Int
    private(set) var clientReceived: [UInt8] = []
    private(set) var serverReceived: [UInt8] = []
    private(set) var clientProgress = TLSProgress.ok
    private(set) var serverProgress = TLSProgress.ok

    init(
        _ clientContext: TLSContext, _ serverContext: TLSContext,
        serverName: String? = OpenSSLSamples.serverName,
        resumption: TLSResumption? = nil, step: Int = .max
    ) throws {
        client = try TLSSession(
            context: clientContext, role: .client(serverName: serverName), memory: clientMemory,
            resumption: resumption)
        server = try TLSSession(context: serverContext, role: .server, memory: serverMemory)
        self.step = step
        clientProgress = client.handshake()
        shuttle()
    }

    var isEstablished: Bool { client.isEstablished && server.isEstablished }

    /// Carries bytes both ways until neither side has any left.
    func shuttle() {
        while clientMemory.outputCount + serverMemory.outputCount > 0 {
            for piece in Self.pieces(of: Self.take(clientMemory), step) where serverProgress == .ok {
                serverProgress = server.receive(piece.span) { serverReceived += $0.array }
            }
            for piece in Self.pieces(of: Self.take(serverMemory), step) where clientProgress == .ok {
                clientProgress = client.receive(piece.span) { clientReceived += $0.array }
            }
        }
    }

    static func take(_ memory: TLSMemory) -> [UInt8] {
        defer { memory.clearOutput() }
        return memory.withOutput { $0.array }
    }

    private static func pieces(of bytes: [UInt8], _ step: Int) -> [[UInt8]] {
        guard bytes.count > step else { return bytes.isEmpty ? [] : [bytes] }
        return stride(from: 0, to: bytes.count, by: step).map {
            Array(bytes[$0..<min($0 + step, bytes.count)])
        }
    }
}
