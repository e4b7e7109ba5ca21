import Native
import Reactor
import Synchronization
import Testing

@Suite struct WorkLaneTests {
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
