import Native
import Synchronization
import Testing

struct ThreadTests {
    @Test func joinWaitsForTheBodyToEnd() throws {
        let counter = Counter()
        let threads = try (0..<8).map { index in
            try Thread.start(name: "worker \(index)") { counter.increment() }
        }
        threads.forEach { $0.join() }
        #expect(counter.value == 8)
    }

    @Test func aThreadCarriesTheFirstFifteenBytesOfItsName() throws {
        let seen = Mutex("")
        let thread = try Thread.start(name: "sequencer of the chat") {
            seen.withLock { $0 = Thread.currentName }
        }
        thread.join()
        #expect(seen.withLock { $0 } == "sequencer of th")
        #expect(thread.name == "sequencer of the chat")
    }

    @Test func aPinnedThreadRunsOnItsProcessorOnly() throws {
        let core = try #require(Thread.currentCores.last)
        let seen = Mutex<[Int]>([])
        let thread = try Thread.start(name: "pinned", core: core) {
            seen.withLock { $0 = Thread.currentCores }
        }
        thread.join()
        #expect(seen.withLock { $0 } == [core])
    }

    @Test(arguments: [-1, 1_023, 100_000])
    func aProcessorThatIsNotThereIsRefused(core: Int) {
        #expect(throws: IOError.self) { try Thread.start(name: "nowhere", core: core) {} }
    }

    #if DEBUG
    @Test func aMachineOutOfThreadsIsAnError() {
        FaultPlan.force(.wouldBlock, on: "pthread_create") {
            #expect { try Thread.start(name: "one too many") {} } throws: { error in
                (error as? IOError)?.operation == "pthread_create"
            }
        }
    }
    #endif

    @Test func joiningTwiceIsOurOwnBug() async {
        await #expect(processExitsWith: .failure) {
            let thread = try Thread.start(name: "once") {}
            thread.join()
            thread.join()
        }
    }
}
