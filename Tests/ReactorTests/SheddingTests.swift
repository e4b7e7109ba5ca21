import Native
import Reactor
import Testing

/// Slow readers that are sent away because memory is short.
@Suite struct SheddingTests {
    private func bytes(_ count: Int) -> [UInt8] { [UInt8](repeating: 5, count: count) }

    /// Four channels, three of which read nothing and have so much waiting for them.
    private func slowReaders(_ waiting: [Int]) throws -> FakeLoop {
        var fake = try FakeLoop {
            $0.outboxBytes = 10_000
            $0.outboxStallBytes = 100
        }
        try fake.accept(waiting.count)
        for (index, count) in waiting.enumerated() {
            fake.kernel.connections[index].room = 0
            if count > 0 { fake.application.channels[index].write(bytes(count)) }
        }
        try fake.turn()
        _ = fake.application.takeEvents()
        return fake
    }

    @Test func thoseForWhomMostWaitsGoFirst() throws {
        var fake = try slowReaders([500, 2_000, 0, 900])
        fake.kernel.now = fake.kernel.now + .seconds(2)
        fake.loop.shed(bytes: 2_500, most: 10)
        try fake.turn()
        #expect(fake.application.takeEvents() == ["closed 1: slowReader", "closed 3: slowReader"])
        #expect(fake.application.channels[0].isOpen && fake.application.channels[2].isOpen)
        #expect(fake.loop.statistics[.slowReaders] == 2)
    }

    @Test func noMoreAreSentAwayThanWasSaid() throws {
        var fake = try slowReaders([500, 600, 700])
        fake.kernel.now = fake.kernel.now + .seconds(2)
        fake.loop.shed(bytes: 1_000_000, most: 1)
        try fake.turn()
        #expect(fake.application.takeEvents() == ["closed 2: slowReader"])
    }

    @Test func whoIsNotBehindStays() throws {
        var fake = try slowReaders([50, 0])
        fake.kernel.now = fake.kernel.now + .seconds(2)
        fake.loop.shed(bytes: 1_000_000, most: 10)
        try fake.turn()
        #expect(fake.application.takeEvents() == [])
    }

    /// Who takes something now and then hears why, and has its time to read it.
    @Test func whoStillReadsIsToldWhy() throws {
        var fake = try slowReaders([500])
        fake.kernel.now = fake.kernel.now + .milliseconds(900)
        fake.loop.shed(bytes: 1_000_000, most: 10)
        try fake.turn()
        #expect(fake.application.takeEvents().first == "too slow 0")
        fake.loop.shed(bytes: 1_000_000, most: 10)
        try fake.turn()
        #expect(!fake.application.takeEvents().contains("too slow 0"), "once is enough")
        fake.kernel.now = fake.kernel.now + .seconds(4)
        try fake.turn()
        #expect(fake.application.takeEvents() == ["closed 0: slowReader"])
    }
}
