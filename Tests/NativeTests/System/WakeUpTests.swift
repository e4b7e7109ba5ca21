import Native
import Testing

struct WakeUpTests {
    @Test func manySignalsWriteToTheKernelOnce() throws {
        let wakeUp = try WakeUp()
        let writes = (0..<1_000).count { _ in wakeUp.signal() }
        #expect(writes == 1)
        wakeUp.clear()
        #expect(wakeUp.signal())
    }

    @Test func clearingMakesTheSleeperSleepAgain() throws {
        let epoll = try Epoll()
        let wakeUp = try WakeUp()
        var events = EpollEvents(capacity: 1)
        try epoll.add(wakeUp, token: 7, interest: .read)
        wakeUp.signal()
        try epoll.wait(into: &events, timeout: .zero)
        #expect(events.count == 1)
        wakeUp.clear()
        try epoll.wait(into: &events, timeout: .zero)
        #expect(events.count == 0)
    }

    @Test func clearingUnsignalledIsHarmless() throws {
        let wakeUp = try WakeUp()
        wakeUp.clear()
        wakeUp.clear()
        #expect(wakeUp.signal())
    }

    /// Four threads post 5,000 times each; a sleeper that clears first and looks afterwards must see every
    /// post. A lost signal would leave the sleeper in an endless wait.
    @Test(.timeLimit(.minutes(1)))
    func noSignalIsLostAmongManyThreads() throws {
        let wakeUp = try WakeUp()
        let posted = Counter()
        let posters = try (0..<4).map { index in
            try Thread.start(name: "poster \(index)") {
                for _ in 0..<5_000 {
                    posted.increment()
                    wakeUp.signal()
                }
            }
        }
        let epoll = try Epoll()
        var events = EpollEvents(capacity: 1)
        try epoll.add(wakeUp, token: 1, interest: [.read, .edgeTriggered])
        while posted.value < 20_000 {
            try epoll.wait(into: &events, timeout: nil)
            wakeUp.clear()
        }
        posters.forEach { $0.join() }
        #expect(posted.value == 20_000)
    }
}
