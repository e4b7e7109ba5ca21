import Reactor
import Server
import Testing

/// What a message costs in a room of a thousand: counted, over real sockets.
@Suite struct RoomOfAThousandTests {
    private static let members = 1_000
    private static let messages = 16

    @Test func aBatchIsOneLetterALoopAndOneWriteAConnection() throws {
        let scene = try RoomScene(members: Self.members)
        defer { scene.end() }
        let progress = scene.progress
        try #require(progress.wait { $0.following == Self.members }, "\(progress.current.faults)")
        scene.clients.postAlways(.ping)
        try #require(progress.wait { $0.pongs == 1 })

        let before = scene.threads.loops.map { LoopCounts($0.statistics) }
        let batchesBefore = scene.batches.value
        scene.clients.postAlways(.send(count: Self.messages))
        try #require(
            progress.wait { $0.events == Self.members * Self.messages && $0.acks == Self.messages },
            "\(progress.current.faults)")
        scene.clients.postAlways(.ping)
        try #require(progress.wait { $0.pongs == 2 })

        // Sent at once, they make one batch, or two when the first was taken alone.
        let batches = scene.batches.value - batchesBefore
        #expect((1...Self.messages).contains(batches))
        var writes = 0
        var expected = 0
        for (loop, earlier) in zip(scene.threads.loops, before) {
            let now = LoopCounts(loop.statistics)
            #expect(now.letters - earlier.letters == batches)
            writes += now.writes - earlier.writes
            // Letters that arrive together are one turn, and one write for all of them.
            expected += (now.letterBatches - earlier.letterBatches) * loop.statistics[.accepted]
        }
        // The two pongs may be counted or not yet: a counter follows its write.
        #expect((expected...expected + 2).contains(writes))
    }

    private struct LoopCounts {
        let letters: Int
        let letterBatches: Int
        let writes: Int

        init(_ statistics: LoopStatistics) {
            letters = statistics[.letters]
            letterBatches = statistics[.letterBatches]
            writes = statistics[.writes]
        }
    }
}
