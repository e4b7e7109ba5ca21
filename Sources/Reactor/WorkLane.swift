package import Native
import Synchronization

/// A bounded queue of jobs and the threads that do them, for what blocks or burns.
///
/// Any thread submits; jobs run on the lane's own threads, in the order of submitting, preferred ones before
/// all others. A full lane refuses at once, and its caller answers `busy`. Ends with `finish`.
package final class WorkLane: Sendable {
    package typealias Job = @Sendable () -> Void

    private struct State {
        /// From `head` on; the front is cut off now and then, so that taking costs no move of the rest.
        var jobs: [Job?] = []
        var head = 0
        /// With room of their own, so that the others cannot keep them out.
        var preferred: [Job] = []
        var running = 0
        var threads: [Thread] = []
        var isFinished = false

        var waiting: Int { jobs.count - head }
        var isEmpty: Bool { waiting == 0 && preferred.isEmpty }
    }

    package let name: String
    /// Jobs that may wait, of each of the two sorts; those that run are not counted.
    package let capacity: Int
    private let semaphore = Semaphore()
    /// Lock tier 8: a leaf, held to add or take one job, never while a job runs.
    private let state = Mutex(State())

    /// Starts the threads.
    package init(name: String, threads: Int, capacity: Int) throws(IOError) {
        precondition(threads > 0 && capacity > 0, "WorkLane: a lane works and waits")
        self.name = name
        self.capacity = capacity
        do throws(IOError) {
            for index in 0..<threads {
                let thread = try Thread.start(name: "\(name)-\(index)") { [self] in work() }
                state.withLock { $0.threads.append(thread) }
            }
        } catch {
            finish()
            throw error
        }
    }

    /// False, and the job is not done, when the lane is full or finished.
    package func submit(_ job: @escaping Job, isPreferred: Bool = false) -> Bool {
        let capacity = capacity
        let isTaken = state.withLock { state in
            let waiting = isPreferred ? state.preferred.count : state.waiting
            guard !state.isFinished && waiting < capacity else { return false }
            if isPreferred { state.preferred.append(job) } else { state.jobs.append(job) }
            return true
        }
        if isTaken { semaphore.signal() }
        return isTaken
    }

    package var waiting: Int { state.withLock { $0.waiting + $0.preferred.count } }
    package var running: Int { state.withLock { $0.running } }

    /// Takes no more jobs, does those that wait, and returns when the threads have ended. Not from a job.
    package func finish() {
        let threads = state.withLock { state in
            state.isFinished = true
            defer { state.threads = [] }
            return state.threads
        }
        for _ in threads { semaphore.signal() }
        for thread in threads { thread.join() }
    }

    // MARK: the lane's threads

    private func work() {
        while true {
            _ = semaphore.wait()
            guard let job = take() else { return }
            job()
            state.withLock { $0.running -= 1 }
        }
    }

    /// Each signal stands for one job, or for the end of one thread: nothing left means the end.
    private func take() -> Job? {
        state.withLock { state in
            guard !state.isEmpty else { return nil }
            guard state.preferred.isEmpty else {
                state.running += 1
                return state.preferred.removeFirst()
            }
            let job = state.jobs[state.head]
            state.jobs[state.head] = nil
            state.head += 1
            state.running += 1
            if state.head == state.jobs.count || state.head >= 1_024 {
                state.jobs.removeFirst(state.head)
                state.head = 0
            }
            return job
        }
    }
}
