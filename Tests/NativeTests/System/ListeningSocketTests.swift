import Native
import Testing

struct ListeningSocketTests {
    @Test func portZeroBecomesARealPort() throws {
        let listener = try ListeningSocket(address: .loopback, port: 0)
        #expect(listener.address.port != 0)
        #expect(listener.address.address == .loopback)
    }

    @Test func acceptingTellsTheOtherEnd() throws {
        let listener = try ListeningSocket(address: .loopback, port: 0)
        let client = try StreamSocket.connect(to: listener.address)
        let accepted = try accepted(by: listener)
        #expect(try accepted.peer == client.localAddress())
        #expect(try accepted.socket.localAddress() == listener.address)
    }

    @Test func acceptingWithNobodyThereIsNil() throws {
        let listener = try ListeningSocket(address: .loopback, port: 0)
        switch try listener.accept() {
        case nil: break
        case .some: Issue.record("accepted a connection that nobody made")
        }
    }

    @Test func severalListenersShareAPort() throws {
        let first = try ListeningSocket(address: .loopback, port: 0)
        let second = try ListeningSocket(address: .loopback, port: first.address.port)
        #expect(first.address == second.address)
    }

    @Test func theProbeFindsATakenPortThatSharingWouldHide() throws {
        let listener = try ListeningSocket(address: .loopback, port: 0)
        let port = listener.address.port
        #expect(try !ListeningSocket.probePortFree(address: .loopback, port: port))
        #expect(try !ListeningSocket.probePortFree(address: .any, port: port))
        try listener.close()
        #expect(try ListeningSocket.probePortFree(address: .loopback, port: port))
    }

    @Test func aDualStackListenerSeesPlainAddresses() throws {
        let listener = try ListeningSocket(address: .anyOfBoth, port: 0)
        let client = try StreamSocket.connect(to: PeerAddress(.loopback, port: listener.address.port))
        let accepted = try accepted(by: listener)
        #expect(accepted.peer.address == .loopback)
        #expect(client.pollNumber >= 0)
    }

    #if DEBUG
    @Test(arguments: [FaultPlan.Code.tooManyFiles, .tooManyFilesInSystem, .noBuffers, .noMemory])
    func runningOutIsToldAndTheConnectionStillWaits(code: FaultPlan.Code) throws {
        let listener = try ListeningSocket(address: .loopback, port: 0)
        let client = try StreamSocket.connect(to: listener.address)
        try #require(try client.wait(for: .write, timeout: .seconds(10)))
        FaultPlan.force(code, on: "accept4") {
            #expect { _ = try listener.accept() } throws: { error in
                (error as? IOError)?.reason == .outOfResources
            }
        }
        _ = try accepted(by: listener)
    }

    @Test(arguments: [FaultPlan.Code.connectionAborted, .protocolError, .networkDown, .interrupted])
    func aConnectionThatBrokeWhileWaitingIsSkipped(code: FaultPlan.Code) throws {
        let listener = try ListeningSocket(address: .loopback, port: 0)
        let client = try StreamSocket.connect(to: listener.address)
        try #require(try client.wait(for: .write, timeout: .seconds(10)))
        try FaultPlan.force(code, on: "accept4", times: 3) {
            _ = try accepted(by: listener)
        }
    }
    #endif
}
