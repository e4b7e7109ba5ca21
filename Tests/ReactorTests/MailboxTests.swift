import Native
import Reactor
import Synchronization
import Testing

@Suite struct MailboxTests {
    private final class CountingWakeUp: WakeUpCall {
        let count = Atomic(0)

        func signal() -> Bool {
            count.add(1, ordering: .relaxed)
            return true
        }

        var calls: Int { count.load(ordering: .relaxed) }
    }

    private let wakeUp = CountingWakeUp()

    private func mailbox(letters: Int = 10_000, bytes: Int = 1_000, reserve: Int = 0) -> Mailbox<Int> {
        Mailbox(limits: .init(letters: letters, bytes: bytes, reservedLetters: reserve), wakeUp: wakeUp)
    }

    @Test func aThousandLettersCauseOneWakeUp() {
        let mailbox = mailbox()
        for letter in 0..<1_000 { #expect(mailbox.post(letter)) }
        #expect(wakeUp.calls == 1)
        var batch: [Int] = []
        mailbox.take(into: &batch)
        #expect(batch == Array(0..<1_000))
        #expect(mailbox.post(1_000))
        #expect(wakeUp.calls == 2)
    }

    @Test func itRefusesWhatIsTooManyOrTooMuch() {
        let few = mailbox(letters: 2)
        #expect(few.post(1) && few.post(2) && !few.post(3))
        #expect(few.postAlways(4))
        let small = mailbox(bytes: 100)
        #expect(small.post(1, bytes: 60) && !small.post(2, bytes: 41) && small.post(3, bytes: 40))
        #expect(small.byteCount == 100)
        var batch: [Int] = []
        small.take(into: &batch)
        #expect(batch == [1, 3] && small.byteCount == 0)
        #expect(small.post(5, bytes: 1_000), "larger than the bound, but alone")
        #expect(!small.post(6, bytes: 1))
    }

    @Test func theReserveIsForThoseWhoMayUseIt() {
        let mailbox = mailbox(letters: 1, reserve: 1)
        #expect(mailbox.post(1))
        #expect(!mailbox.post(2))
        #expect(mailbox.post(3, mayUseReserve: true))
        #expect(!mailbox.post(4, mayUseReserve: true))
    }

    @Test func aClosedMailboxRefusesAndKeepsWhatItHas() {
        let mailbox = mailbox()
        #expect(mailbox.post(1))
        mailbox.close()
        #expect(!mailbox.post(2) && !mailbox.postAlways(3))
        var batch: [Int] = []
        mailbox.take(into: &batch)
        #expect(batch == [1])
    }

    @Test func manyThreadsPostToOneThatSleeps() throws {
        let mailbox = Mailbox<Int>(limits: .init(letters: .max, bytes: .max))
        let threads = try (0..<4).map { number in
            try Thread.start(name: "poster-\(number)") {
                for letter in 0..<5_000 { mailbox.postAlways(number * 5_000 + letter) }
            }
        }
        var received: [Int] = []
        var batch: [Int] = []
        while received.count < 20_000, mailbox.waitForLetters(into: &batch) {
            received += batch
            batch.removeAll(keepingCapacity: true)
        }
        for thread in threads { thread.join() }
        #expect(received.sorted() == Array(0..<20_000))
        for number in 0..<4 {
            let own = received.filter { $0 / 5_000 == number }
            #expect(own == own.sorted(), "one poster's letters keep their order")
        }
    }

    @Test func closingWakesTheSleeper() throws {
        let mailbox = Mailbox<Int>(limits: .init(letters: 1, bytes: 1))
        let closer = try Thread.start(name: "closer") { mailbox.close() }
        var batch: [Int] = []
        while mailbox.waitForLetters(into: &batch) {}
        closer.join()
        #expect(batch.isEmpty)
    }

    @Test func aTimeThatIsOverIsNoLetter() {
        let mailbox = Mailbox<Int>(limits: .init(letters: 1, bytes: 1))
        var batch: [Int] = []
        #expect(mailbox.waitForLetters(into: &batch, timeout: .milliseconds(1)))
        #expect(batch.isEmpty)
    }
}
