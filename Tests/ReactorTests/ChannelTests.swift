import Testing

@testable import Native
@testable import Reactor

/// One channel's writing, closing and deadlines, on a kernel that notes every call.
@Suite struct ChannelTests {
    private func bytes(_ count: Int) -> [UInt8] { [UInt8](repeating: 5, count: count) }

    @Test func whatTheKernelDoesNotTakeWaitsForTheEdge() throws {
        var fake = try FakeLoop()
        try fake.accept(1)
        let channel = fake.application.channels[0]
        fake.kernel.connections[0].room = 30
        channel.write(bytes(100))
        try fake.turn()
        #expect(channel.outboxBytes == 70 && !channel.isCongested)
        channel.write(bytes(10))
        try fake.turn()
        #expect(
            fake.kernel.takeCalls() == ["wait", "write 0: 30 of 100", "wait"], "blocked: nothing is tried")
        fake.kernel.connections[0].room = nil
        _ = fake.application.takeEvents()
        try fake.turn([fake.kernel.edge(0, .writable)])
        #expect(fake.kernel.takeCalls() == ["wait", "write 0: 80 of 80"])
        #expect(fake.application.takeEvents() == ["flush 0", "drained 0"])
        try fake.turn()
        #expect(fake.kernel.timeouts.last == .some(nil), "a backlog that is gone leaves no deadline")
    }

    @Test func aReaderThatNeverReadsIsStalledThenDropped() throws {
        var fake = try FakeLoop {
            $0.outboxBytes = 1_000
            $0.outboxStallBytes = 750
        }
        try fake.accept(2)
        let channel = fake.application.channels[0]
        fake.kernel.connections[0].room = 0
        channel.write(bytes(700))
        try fake.turn()
        #expect(!channel.isCongested)
        channel.write(bytes(100))
        #expect(channel.isCongested, "above three quarters the application stops")
        try fake.turn()
        fake.kernel.now = fake.kernel.now + .seconds(9)
        try fake.turn()
        #expect(channel.isOpen)
        fake.kernel.now = fake.kernel.now + .seconds(2)
        _ = fake.application.takeEvents()
        _ = fake.kernel.takeCalls()
        try fake.turn()
        #expect(fake.application.takeEvents() == ["too slow 0", "flush 0"])
        fake.kernel.now = fake.kernel.now + .seconds(2)
        try fake.turn()
        #expect(fake.application.takeEvents() == [], "the farewell's time is not over")
        fake.kernel.now = fake.kernel.now + .seconds(2)
        _ = fake.kernel.takeCalls()
        try fake.turn()
        #expect(fake.application.takeEvents() == ["closed 0: slowReader"])
        #expect(fake.kernel.takeCalls() == ["wait", "reset 0"], "the kernel keeps nothing for it either")
        #expect(fake.loop.statistics[.slowReaders] == 1)
        #expect(fake.application.channels[1].isOpen)
    }

    @Test func aSlowReaderThatReadsAfterAllLearnsWhyItIsClosed() throws {
        var fake = try FakeLoop {
            $0.outboxBytes = 1_000
            $0.outboxStallBytes = 750
        }
        try fake.accept(1)
        let channel = fake.application.channels[0]
        fake.application.onTooSlow = { channel in
            channel.write([9])
            channel.close(afterFlush: true)
        }
        fake.kernel.connections[0].room = 0
        channel.write(bytes(800))
        try fake.turn()
        fake.kernel.now = fake.kernel.now + .seconds(11)
        try fake.turn()
        #expect(!channel.isOpen)
        fake.kernel.connections[0].room = 10_000
        _ = fake.kernel.takeCalls()
        try fake.turn([fake.kernel.edge(0, .writable)])
        #expect(fake.kernel.takeCalls() == ["wait", "write 0: 801 of 801", "finish 0"])
        #expect(fake.kernel.connections[0].written.last == 9)
        fake.kernel.connections[0].reads = [.end]
        try fake.turn([fake.kernel.edge(0, [.readable, .peerFinished])])
        #expect(fake.application.takeEvents().last == "closed 0: slowReader")
        #expect(!fake.kernel.takeCalls().contains("reset 0"), "its last word may be unread yet")
    }

    @Test func whoWritesOnPastTheLimitLosesTheChannelAndNoMemory() throws {
        var fake = try FakeLoop {
            $0.outboxBytes = 1_000
            $0.outboxStallBytes = 750
        }
        try fake.accept(1)
        let channel = fake.application.channels[0]
        fake.kernel.connections[0].room = 0
        for _ in 0..<20 {
            channel.write(bytes(400))
            #expect(channel.outboxBytes <= 1_400)
        }
        try fake.turn()
        #expect(fake.application.takeEvents() == ["closed 0: slowReader"])
        #expect(channel.outboxBytes == 0)
        channel.write(bytes(1))
        #expect(channel.outboxBytes == 0, "a dead channel takes nothing")
    }

    @Test func aCloseWritesWhatWaitsAndLetsThePeerReadIt() throws {
        var fake = try FakeLoop()
        try fake.accept(1)
        let channel = fake.application.channels[0]
        fake.application.onFlush = { $0.write([1]) }
        channel.write([0])
        channel.close(afterFlush: true)
        try fake.turn()
        #expect(fake.kernel.takeCalls() == ["wait", "write 0: 2 of 2", "finish 0"])
        // The peer had more to say; it is read and thrown away, so that our last word is not reset away.
        fake.kernel.connections[0].reads = [.bytes(bytes(40)), .end]
        try fake.turn([fake.kernel.edge(0, .readable)])
        try fake.turn([fake.kernel.edge(0, [.readable, .peerFinished])])
        #expect(fake.application.takeEvents() == ["flush 0", "closed 0: byApplication"])
        #expect(fake.context.channelCount == 0)
    }

    @Test func lingeringHasADeadlineAndALimit() throws {
        var fake = try FakeLoop { $0.lingerBytes = 100 }
        try fake.accept(2)
        for channel in fake.application.channels { channel.close(afterFlush: true) }
        try fake.turn()
        fake.kernel.connections[0].reads = [.bytes(bytes(101))]
        _ = fake.application.takeEvents()
        try fake.turn([fake.kernel.edge(0, .readable)])
        #expect(fake.application.takeEvents() == ["closed 0: byApplication"])
        fake.kernel.now = fake.kernel.now + .seconds(3)
        try fake.turn()
        #expect(fake.application.takeEvents() == ["closed 1: byApplication"])
    }

    @Test func thePeersEndClosesAfterTheAnswer() throws {
        var fake = try FakeLoop()
        try fake.accept(1)
        fake.application.onReceived = { channel, _ in channel.write([1, 2]) }
        fake.kernel.connections[0].reads = [.bytes(bytes(3)), .end]
        try fake.turn([fake.kernel.edge(0, [.readable, .peerFinished])])
        try fake.turn()
        #expect(fake.kernel.connections[0].written == [1, 2])
        #expect(
            fake.application.takeEvents() == ["received 0: 3", "flush 0", "flush 0", "closed 0: byPeer"])
    }

    @Test func aBrokenConnectionIsReportedWithItsError() throws {
        var fake = try FakeLoop()
        try fake.accept(1)
        let reset = IOError(code: 104, operation: "recv")
        fake.kernel.connections[0].reads = [.failure(reset)]
        try fake.turn([fake.kernel.edge(0, [.readable, .failed])])
        #expect(fake.application.takeEvents() == ["closed 0: \(CloseReason.failed(reset))"])
    }

    @Test func aPausedChannelHearsThatItsPeerIsGone() throws {
        var fake = try FakeLoop()
        try fake.accept(1)
        fake.application.channels[0].pauseReading()
        try fake.turn([fake.kernel.edge(0, [.readable, .hungUp])])
        #expect(fake.application.takeEvents() == ["closed 0: byPeer"])
    }

    @Test func aDeadlineMayMoveAndFiresOnce() throws {
        var fake = try FakeLoop()
        try fake.accept(1)
        let channel = fake.application.channels[0]
        channel.setDeadline(fake.kernel.now + .seconds(1))
        channel.setDeadline(fake.kernel.now + .seconds(60))
        fake.kernel.now = fake.kernel.now + .seconds(30)
        try fake.turn()
        #expect(fake.application.takeEvents() == [])
        fake.kernel.now = fake.kernel.now + .seconds(31)
        try fake.turn()
        try fake.turn()
        #expect(fake.application.takeEvents() == ["deadline 0"])
    }

    @Test func connectingTellsHowItWent() throws {
        var fake = try FakeLoop()
        let peer = PeerAddress(.loopback, port: 1)
        let good = try fake.context.connect(to: peer)
        #expect(!good.isOpen)
        try fake.turn([fake.kernel.edge(0, .writable)])
        #expect(fake.application.takeEvents() == ["opened 0"] && good.isOpen)
        let refused = IOError(code: 111, operation: "connect")
        fake.kernel.connectFailure = refused
        _ = try fake.context.connect(to: peer)
        try fake.turn([fake.kernel.edge(1, [.writable, .failed, .hungUp])])
        #expect(fake.application.takeEvents() == ["closed -1: \(CloseReason.failed(refused))"])
        _ = try fake.context.connect(to: peer)
        fake.kernel.now = fake.kernel.now + .seconds(11)
        try fake.turn()
        #expect(fake.application.takeEvents() == ["closed -1: handshakeTimedOut"])
    }
}
