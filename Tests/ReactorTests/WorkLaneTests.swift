import Native
import Reactor
import Synchronization
import Testing

@Suite struct WorkLaneTests {
    @Test func preferredJobsComeFirstAndHaveRoomOfTheirOwn() throws {
        let lane = try WorkLane(name: "test", threads: 1, capacity: 3)
        let (begun, go) = (Semaphore(), Semaphore())
        let order = Order()
        _ = lane.submit {
            begun.signal()
            _ = go.wait()
        }
        _ = begun.wait()
        let ordinary = (0..<5).map { number in lane.submit { order.add(number) } }
        let preferred = (10..<15).map { number in
            lane.submit({ order.add(number) }, isPreferred: true)
        }
        #expect(ordinary == [true, true, true, false, false] && preferred == ordinary)
        #expect(lane.waiting == 6)
        go.signal()
        lane.finish()
        #expect(order.numbers == [10, 11, 12, 0, 1, 2])
    }

    private final class Order: Sendable {
        private let kept = Mutex<[Int]>([])
        var numbers: [Int] { kept.withLock { $0 } }
        func add(_ number: Int) { kept.withLock { $0.append(number) } }
    }

    @Test func itDoesEveryJobOnceBeforeItFinishes() throws {
        let lane = try WorkLane(name: "test", threads: 3, capacity: 5_000)
        let done = Mutex<[Int]>([])
        let collected = Shared(done)
        for number in 0..<5_000 {
            #expect(lane.submit { collected.value.withLock { $0.append(number) } })
        }
        lane.finish()
        #expect(collected.value.withLock { $0.sorted() } == Array(0..<5_000))
        #expect(!lane.submit {}, "a finished lane refuses")
    }

    @Test func aFullLaneRefusesAtOnceAndRecovers() throws {
        let lane = try WorkLane(name: "test", threads: 1, capacity: 2)
        let started = Semaphore()
        let release = Semaphore()
        #expect(
            lane.submit {
                started.signal()
                _ = release.wait()
            })
        _ = started.wait()
        #expect(lane.submit {} && lane.submit {})
        #expect(!lane.submit {})
        #expect(lane.waiting == 2 && lane.running == 1)
        release.signal()
        lane.finish()
        #expect(lane.waiting == 0)
    }

    @Test func aBusyHashingLaneDoesNotHoldUpTheOther() throws {
        let pool = try WorkPool(threads: 1, jobs: 4, hashingJobs: 1)
        let hashing = Semaphore()
        let release = Semaphore()
        #expect(
            pool.submitHashing {
                hashing.signal()
                _ = release.wait()
            })
        _ = hashing.wait()
        #expect(pool.submitHashing {})
        #expect(!pool.submitHashing {}, "one runs, one waits: busy")
        let read = Semaphore()
        #expect(pool.submit { read.signal() })
        _ = read.wait()
        release.signal()
        pool.finish()
    }
}

/// Lets jobs share what a test collects.
private final class Shared: Sendable {
    let value: Mutex<[Int]>
    init(_ value: consuming Mutex<[Int]>) { self.value = value }
}
