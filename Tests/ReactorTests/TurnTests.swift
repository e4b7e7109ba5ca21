import Testing

@testable import Native
@testable import Reactor

/// The turn and its channels, on a kernel that notes every call.
@Suite struct TurnTests {
    private func text(_ text: String) -> FakeSelector.Read { .bytes(Array(text.utf8)) }

    @Test func aTurnHasOneOrder() throws {
        var fake = try FakeLoop()
        try fake.accept(2)
        let kernel = fake.kernel
        let application = fake.application
        application.note = { kernel.note($0) }
        application.onReceived = { channel, _ in
            channel.requestFlush()
            channel.close(afterFlush: false)
        }
        application.onLetters = { _ in application.channels[1].requestFlush() }
        application.onFlush = { $0.write([1, 2, 3]) }
        application.onClosed = { _ in application.channels[1].requestFlush() }
        application.channels[1].setDeadline(kernel.now + .seconds(1))
        kernel.now = kernel.now + .seconds(2)
        kernel.connections[0].reads = [text("bye")]
        #expect(fake.loop.post(4))
        try fake.turn([
            EpollEvents.Event(token: ChannelID.wakeUp.packed, readiness: .readable),
            kernel.edge(0, .readable),
        ])
        #expect(
            kernel.takeCalls() == [
                "wait", "clear",
                "read 0", "received 0: 3",
                "letters 1",
                "deadline 1",
                "input ended",
                "flush 1", "write 1: 3 of 3",
                "closed 0: byApplication",
                "turn ended",
            ])
        // What the close asked for is the next turn's, and that does not sleep.
        try fake.turn()
        #expect(kernel.timeouts.last == .some(.zero))
        #expect(kernel.takeCalls() == ["wait", "input ended", "flush 1", "write 1: 3 of 3", "turn ended"])
    }

    @Test func manyWritesOfATurnLeaveWithOneCall() throws {
        var fake = try FakeLoop()
        try fake.accept(1)
        fake.application.onReceived = { channel, _ in
            for _ in 0..<50 { channel.write([1]) }
        }
        fake.application.onFlush = { channel in
            for _ in 0..<50 { channel.write([2]) }
        }
        fake.kernel.connections[0].reads = [text("go")]
        try fake.turn([fake.kernel.edge(0, .readable)])
        #expect(fake.kernel.takeCalls() == ["wait", "read 0", "write 0: 100 of 100"])
        #expect(
            fake.kernel.connections[0].written == Array(repeating: 1, count: 50)
                + Array(repeating: 2, count: 50))
        #expect(fake.application.channels[0].outboxBytes == 0)
    }

    @Test func anEdgeIsNotLostWhenTheBudgetStopsTheReading() throws {
        var fake = try FakeLoop { $0.readBytesOfATurn = 10 }
        try fake.accept(2)
        fake.kernel.connections[0].reads = [.bytes([UInt8](repeating: 1, count: 25))]
        fake.kernel.connections[1].reads = [text("me")]
        try fake.turn([fake.kernel.edge(0, .readable), fake.kernel.edge(1, .readable)])
        #expect(fake.application.takeEvents() == ["received 0: 10", "received 1: 2"])
        try fake.turn()
        #expect(fake.kernel.timeouts.last == .some(.zero), "no edge will come for the rest")
        try fake.turn()
        #expect(fake.application.takeEvents() == ["received 0: 10", "received 0: 5"])
        try fake.turn()
        #expect(fake.kernel.timeouts.last == .some(nil), "all is read: the kernel will tell")
        #expect(
            fake.kernel.takeCalls() == [
                "wait", "read 0", "read 1", "wait", "read 0", "wait", "read 0", "wait",
            ])
    }

    @Test func anEdgeIsNotLostWhileReadingIsPaused() throws {
        var fake = try FakeLoop()
        try fake.accept(1)
        let channel = fake.application.channels[0]
        channel.pauseReading()
        fake.kernel.connections[0].reads = [text("later")]
        try fake.turn([fake.kernel.edge(0, .readable)])
        try fake.turn()
        #expect(fake.kernel.takeCalls() == ["wait", "wait"])
        channel.resumeReading()
        try fake.turn()
        #expect(fake.application.takeEvents() == ["received 0: 5"])
    }

    @Test func aStaleEventDoesNotReachTheSlotsNextChannel() throws {
        var fake = try FakeLoop()
        try fake.accept(1)
        let old = fake.kernel.edge(0, .readable)
        let oldID = fake.application.channels[0].id
        fake.application.channels[0].close(afterFlush: false)
        try fake.turn()
        try fake.accept(1)
        let new = fake.application.channels[1]
        #expect(new.id.slot == oldID.slot && new.id.generation != oldID.generation)
        try fake.turn([old])
        #expect(fake.kernel.takeCalls() == ["wait"])
        #expect(fake.loop.statistics[.staleEvents] == 1)
        #expect(fake.context.channel(oldID) == nil && fake.context.channel(new.id) === new)
    }

    @Test func acceptingBacksOffWhenDescriptorsRunOutAndTheOthersAreServed() throws {
        var fake = try FakeLoop()
        try fake.accept(1)
        let tooMany = IOError(code: FaultPlan.Code.tooManyFiles.number, operation: "accept4")
        fake.kernel.callers = [tooMany, nil]
        try fake.turn([EpollEvents.Event(token: ChannelID.listener(0).packed, readiness: .readable)])
        #expect(fake.application.takeEvents() == ["accept failed: outOfResources"])
        // Meanwhile the one who is here talks on, and nobody asks the kernel for another.
        fake.kernel.connections[0].reads = [text("still here")]
        _ = fake.kernel.takeCalls()
        try fake.turn([fake.kernel.edge(0, .readable)])
        #expect(fake.application.takeEvents() == ["received 0: 10"])
        #expect(fake.kernel.takeCalls() == ["wait", "read 0"])
        #expect(fake.kernel.timeouts.last == .some(.milliseconds(100)))
        fake.kernel.now = fake.kernel.now + .milliseconds(100)
        try fake.turn()
        #expect(
            fake.application.takeEvents() == ["opened 1"],
            "the edge came long ago; the caller was not forgotten")
        #expect(fake.loop.statistics[.acceptBackOffs] == 1)
    }

    @Test func acceptingIsBoundedInOneTurn() throws {
        var fake = try FakeLoop { $0.acceptsOfATurn = 3 }
        try fake.listen()
        fake.kernel.callers = Array(repeating: nil, count: 5)
        try fake.turn([EpollEvents.Event(token: ChannelID.listener(0).packed, readiness: .readable)])
        #expect(fake.application.channels.count == 3)
        try fake.turn()
        #expect(fake.kernel.timeouts.last == .some(.zero))
        #expect(fake.application.channels.count == 5)
        #expect(fake.application.channels.allSatisfy { $0.listenerLabel == 7 })
    }

    @Test func aCrowdOfHandshakesIsReadOverSeveralTurns() throws {
        var fake = try FakeLoop { $0.handshakesOfATurn = 2 }
        try fake.listen(security: try TestCertificate.server())
        try fake.accept(3)
        try fake.turn((0..<3).map { fake.kernel.edge($0, .readable) })
        #expect(fake.kernel.takeCalls() == ["wait", "read 0", "read 1"])
        try fake.turn()
        #expect(fake.kernel.timeouts.last == .some(.zero))
        #expect(fake.kernel.takeCalls() == ["wait", "read 2"])
    }

    @Test func aNewCertificateIsForThoseWhoComeAfterIt() throws {
        var fake = try FakeLoop()
        try fake.accept(1)
        fake.loop.renewSecurity(try TestCertificate.server(), label: 7)
        try fake.turn()
        try fake.accept(1)
        #expect(fake.context.channels.map { $0.isOpen } == [true, false])
    }

    @Test func whoIsOverTheLimitIsRefusedAtAccept() throws {
        var fake = try FakeLoop { $0.unauthenticatedConnections = 2 }
        try fake.accept(3)
        #expect(fake.application.channels.count == 2 && fake.loop.statistics[.refusedAtAccept] == 1)
        fake.application.channels[0].markAuthenticated()
        fake.application.channels[0].markAuthenticated()
        #expect(fake.ledger.counts == .init(connections: 2, unauthenticated: 1))
        for channel in fake.application.channels { channel.close(afterFlush: false) }
        try fake.turn()
        #expect(fake.ledger.counts == .init())
    }

    @Test func theLoopsOwnDeadlineIsExact() throws {
        var fake = try FakeLoop()
        fake.context.setDeadline(fake.kernel.now + .milliseconds(3))
        try fake.turn()
        #expect(fake.kernel.timeouts.last == .some(.milliseconds(3)))
        fake.kernel.now = fake.kernel.now + .milliseconds(3)
        try fake.turn()
        #expect(fake.application.takeEvents() == ["loop's deadline"])
        try fake.turn()
        #expect(fake.kernel.timeouts.last == .some(nil))
    }

    @Test func aDrainFollowsItsOrder() throws {
        var fake = try FakeLoop()
        try fake.accept(2)
        let application = fake.application
        application.onDrain = {
            application.channels[0].write([9])
            application.channels[0].close(afterFlush: true)
        }
        fake.loop.drain(within: .seconds(5))
        try fake.turn()
        #expect(fake.context.isDraining && fake.context.listeners.isEmpty)
        fake.kernel.connections[0].reads = [.end]
        try fake.turn([fake.kernel.edge(0, [.readable, .peerFinished])])
        #expect(
            application.takeEvents() == ["drain began", "flush 0", "closed 0: byApplication"],
            "who has read the goodbye may go")
        #expect(fake.loop.post(1), "letters are taken until the end")
        fake.kernel.now = fake.kernel.now + .seconds(5)
        try fake.turn()
        #expect(application.takeEvents() == ["letters 1", "closed 1: loopEnded"])
        #expect(fake.context.drain.state == .ended)
        fake.loop.end(fake.state)
        #expect(!fake.loop.post(2))
    }

    @Test func aDrainEndsWithTheLastChannel() throws {
        var fake = try FakeLoop()
        fake.loop.drain(within: .seconds(5))
        try fake.turn()
        #expect(fake.context.drain.state == .ended)
    }
}
