import Native
import Testing

struct StreamSocketTests {
    @Test func bytesTravelBothWaysAndTheEndIsSeen() throws {
        let pair = try ConnectedPair()
        let buffer = IOBuffer(capacity: 64)
        #expect(try pair.client.write([1, 2, 3].span) == .bytes(3))
        try #require(try pair.server.wait(for: .read, timeout: .seconds(10)))
        #expect(try pair.server.read(into: buffer) == .bytes(3))
        #expect(bytes(of: buffer) == [1, 2, 3])
        #expect(try pair.server.read(into: buffer) == .wouldBlock)
        #expect(try pair.server.write([4].span) == .bytes(1))
        try #require(try pair.client.wait(for: .read, timeout: .seconds(10)))
        #expect(try pair.client.read(into: buffer) == .bytes(1))
        #expect(bytes(of: buffer) == [1, 2, 3, 4])
        try pair.client.finishWriting()
        try #require(try pair.server.wait(for: .read, timeout: .seconds(10)))
        #expect(try pair.server.read(into: buffer) == .endOfFile)
    }

    @Test func aPeerThatReadsNothingMakesWritesBlock() throws {
        let pair = try ConnectedPair()
        let chunk = [UInt8](repeating: 7, count: 1 << 20)
        var written = 0
        while true {
            let result = try pair.client.write(chunk.span)
            guard case .bytes(let count) = result else {
                #expect(result == .wouldBlock)
                break
            }
            written += count
            try #require(written < 1 << 30)
        }
        #expect(written > 0)
    }

    @Test func writingToAPeerThatIsGoneIsAnErrorAndNoSignal() throws {
        let pair = try ConnectedPair()
        let client = try pair.closeServer()
        #expect(throws: IOError.self) {
            for _ in 0..<100 { _ = try client.write([0].span) }
        }
    }

    @Test func connectingWhereNobodyListensSaysSo() throws {
        let listener = try ListeningSocket(address: .loopback, port: 0)
        let address = listener.address
        try listener.close()
        do {
            let socket = try StreamSocket.connect(to: address)
            try #require(try socket.wait(for: .write, timeout: .seconds(10)))
            try socket.finishConnecting()
            Issue.record("connected to a closed port")
        } catch let error as IOError {
            #expect(error.reason == .unreachable)
        }
    }

    @Test func aFullBufferIsOurOwnBug() async {
        await #expect(processExitsWith: .failure) {
            let pair = try ConnectedPair()
            let buffer = IOBuffer(capacity: 1)
            _ = try pair.client.write([1, 2].span)
            _ = try pair.server.wait(for: .read, timeout: .seconds(10))
            _ = try pair.server.read(into: buffer)
            _ = try pair.server.read(into: buffer)
        }
    }
}
