import Chat
import Native
import Security
import Synchronization
import Testing

@Suite struct RateTableTests {
    private let second: Int64 = 1_000_000_000
    private let key = SipHash(key: 7, 11)

    private func table(_ rate: Rate, places: [Int] = [1_024, 256, 64]) -> RateTable {
        RateTable(rate, places: places, hash: key)
    }

    private func granted(
        _ table: RateTable, _ subject: RateSubject, tries: Int, now: Int64
    ) -> Int {
        (0..<tries).count { _ in
            if case .granted = table.take(1, of: subject, now: now) { true } else { false }
        }
    }

    @Test func eachSubjectHasABucketOfItsOwn() {
        let table = table(Rate(5, per: .seconds(60)))
        for host in UInt32(1)...100 {
            #expect(granted(table, .address(.v4(host << 8)), tries: 9, now: second) == 5)
        }
        #expect(granted(table, .address(.v4(1 << 8)), tries: 9, now: 61 * second) == 5)
    }

    @Test func anAddressOfVersionSixIsItsNetwork() {
        let table = table(Rate(5, per: .seconds(60)))
        #expect(granted(table, .address(.v6(high: 9, low: 1)), tries: 3, now: second) == 3)
        #expect(granted(table, .address(.v6(high: 9, low: 2)), tries: 9, now: second) == 2)
        #expect(granted(table, .address(.v6(high: 10, low: 1)), tries: 9, now: second) == 5)
    }

    @Test func whatIsGivenBackMayBeTakenAgain() throws {
        let table = table(Rate(2, per: .seconds(60)))
        let subject = RateSubject.identity(1, 2)
        guard case .granted(let charge) = table.take(1, of: subject, now: second) else {
            throw Unexpected()
        }
        #expect(granted(table, subject, tries: 5, now: second) == 1)
        table.giveBack(charge)
        #expect(granted(table, subject, tries: 5, now: second) == 1)
    }

    /// The table holds 1,024 addresses, and a million come, each as often as it may.
    @Test func aMillionAddressesDoNotLockTheOwnerOut() {
        let table = table(Rate(3, per: .seconds(3_600)))
        var passed = 0
        for number in UInt32(0)..<1_000_000 {
            // In 3,907 networks of 10.0.0.0/8, 16 of them /16.
            if granted(table, .address(.v4(10 << 24 | number)), tries: 1, now: second) == 1 { passed += 1 }
        }
        // Most of them shared wide buckets, which are sixteen times as large, not a million times.
        let wide = 256 * 3 * 16 + 64 * 3 * 256 + 3 * 4_096
        #expect(passed <= 1_024 * 3 + wide)
        #expect(passed > 1_024)
        let owner = RateSubject.address(.v4(192 << 24 | 168 << 16 | 5))
        #expect(granted(table, owner, tries: 1, now: second) == 1)
    }

    /// In a process of its own, where nothing else takes memory meanwhile.
    @Test func aMillionAddressesTakeNoMoreMemory() async {
        await #expect(processExitsWith: .success) {
            let table = RateTable(
                Rate(3, per: .seconds(3_600)), places: [32_768, 8_192, 2_048], hash: SipHash(key: 1, 2))
            _ = table.take(1, of: .address(.v4(1)), now: 1)
            let before = ProcessMemory.residentBytes()
            for number in UInt32(0)..<1_000_000 {
                _ = table.take(1, of: .address(.v4(10 << 24 | number)), now: 1)
            }
            let grown = ProcessMemory.residentBytes() - before
            // The places are 43,008 of 16 bytes, taken from the kernel as they are used.
            precondition(grown > 0 && grown < 2 * 1_024 * 1_024, "\(grown) bytes more")
        }
    }

    @Test func onlyFullBucketsGiveTheirPlaceAway() {
        // One set of eight places: whoever comes ninth finds no room, and shares the wide bucket.
        let table = table(Rate(2, per: .seconds(60)), places: [8, 8])
        for number in UInt64(0)..<8 {
            #expect(granted(table, .identity(number, number), tries: 1, now: second) == 1)
        }
        #expect(granted(table, .identity(99, 99), tries: 100, now: second) == 32)
        #expect(granted(table, .identity(3, 3), tries: 9, now: second) == 1)
        // Half a minute later the seven that gave one are full.
        #expect(granted(table, .identity(99, 99), tries: 100, now: 32 * second) == 2)
        #expect(granted(table, .identity(3, 3), tries: 9, now: 32 * second) == 1)
    }

    /// Several threads take of one bucket at one moment: what the class's comment calls exact.
    @Test func threadsTogetherTakeWhatThereIsAndNoMore() throws {
        let table = table(Rate(10_000, per: .seconds(60)))
        let total = Tally()
        let threads = try (0..<4).map { index in
            try Thread.start(name: "taker-\(index)") {
                for _ in 0..<10_000 {
                    if case .granted = table.take(1, of: .identity(5, 5), now: 1) { total.add() }
                }
            }
        }
        for thread in threads { thread.join() }
        // The first takes may have claimed two places: one each for the other threads.
        #expect((10_000...10_003).contains(total.value))
    }

    /// Threads that evict each other all the time: 64 subjects share the eight places of one set.
    @Test func evictionsLoseAtMostOneTakeForEachOtherThread() throws {
        let rate = Rate(4, per: .seconds(1))
        let table = RateTable(rate, places: [8], hash: key)
        let total = Tally()
        let rounds = 2_000
        let threads = try (0..<4).map { index in
            try Thread.start(name: "evicter-\(index)") {
                for round in 0..<rounds {
                    // Each round is a second later: every bucket is full again, and every place may change.
                    let now = Int64(round) * 1_000_000_000 + 1
                    for subject in UInt64(0)..<16 {
                        if case .granted = table.take(1, of: .identity(subject, 0), now: now) { total.add() }
                    }
                }
            }
        }
        for thread in threads { thread.join() }
        // Per round: eight places of 4, one bucket of 64 for who found none, and for each of the eight
        // changes of a place at most one take for each of the three others. Rounds of different threads
        // overlap, so that a place may change for each of four rounds at once.
        #expect(total.value <= rounds * (8 * 4 + 64 + 8 * 3))
        #expect(total.value >= rounds * 16)
    }

    @Test func aLimitThatIsChangedCountsFromThenOn() {
        let table = table(Rate(2, per: .seconds(60)))
        #expect(granted(table, .identity(1, 1), tries: 9, now: second) == 2)
        table.set(4)
        #expect(granted(table, .identity(2, 2), tries: 9, now: second) == 4)
        table.set(0)
        #expect(granted(table, .identity(1, 1), tries: 9, now: second) == 9)
    }

    private struct Unexpected: Error {}

    private final class Tally: Sendable {
        private let count = Atomic(0)
        var value: Int { count.load(ordering: .relaxed) }
        func add() { count.add(1, ordering: .relaxed) }
    }
}
