import Testing

@testable import Native
@testable import Reactor

/// Echoing channels on a kernel that takes, brings and stops at random: whatever it does, nothing is lost,
/// nothing is reordered, and the loop never goes to sleep on work that no edge will announce.
@Suite struct RandomTurnTests {
    private struct Peer {
        var sent: [UInt8] = []
        var isGone = false
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func nothingIsLostWhateverTheKernelDoes(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        var fake = try FakeLoop {
            $0.readBytesOfATurn = 64
            $0.outboxBytes = 4_000
            $0.outboxStallBytes = 3_000
        }
        fake.application.onReceived = { channel, bytes in
            channel.write(bytes)
            if channel.isCongested { channel.pauseReading() }
        }
        fake.application.onDrained = { $0.resumeReading() }
        try fake.accept(12)
        var peers = Array(repeating: Peer(), count: 12)
        for round in 0..<600 {
            var events: [EpollEvents.Event] = []
            for number in peers.indices where !peers[number].isGone {
                switch random.next() % 10 {
                case 0, 1, 2:
                    let bytes = (0..<Int(random.next() % 150) + 1).map {
                        UInt8(truncatingIfNeeded: $0 + round)
                    }
                    fake.kernel.connections[number].reads.append(.bytes(bytes))
                    peers[number].sent += bytes
                    events.append(fake.kernel.edge(number, .readable))
                case 3:
                    // The kernel's buffer is full after so many bytes; the edge comes when it is not.
                    if fake.kernel.connections[number].room == nil {
                        fake.kernel.connections[number].room = Int(random.next() % 100)
                    }
                case 4, 5, 6:
                    if fake.kernel.connections[number].room != nil {
                        fake.kernel.connections[number].room = nil
                        events.append(fake.kernel.edge(number, .writable))
                    }
                default:
                    break
                }
                if random.next() % 2_000 == 0 {
                    fake.application.channels[number].close(afterFlush: false)
                    peers[number].isGone = true
                }
            }
            try fake.turn(events)
            expectNobodyForgotten(fake.context)
        }
        // Everybody's kernel takes what it is given, and nobody sends any more.
        for number in peers.indices { fake.kernel.connections[number].room = nil }
        try fake.turn(peers.indices.map { fake.kernel.edge($0, .writable) })
        for _ in 0..<2_000 where fake.kernel.timeouts.last == .some(.zero) || !isQuiet(fake.context) {
            try fake.turn()
        }
        for number in peers.indices where !peers[number].isGone {
            #expect(fake.kernel.connections[number].written == peers[number].sent)
            #expect(fake.application.channels[number].isOpen)
        }
        #expect(fake.context.channelCount == peers.count { !$0.isGone })
        #expect(fake.loop.statistics[.slowReaders] == 0)
    }

    private func isQuiet(_ context: LoopContext) -> Bool {
        context.ready.isEmpty && context.dirty.isEmpty && context.closing.isEmpty
    }

    private func expectNobodyForgotten(_ context: LoopContext) {
        for channel in context.channels where !channel.readiness.maySleep {
            #expect(
                channel.isQueued || channel.isDirty, "\(channel.id) has work and nobody will come back to it")
        }
    }
}
