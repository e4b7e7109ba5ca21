package import Native

/// The threads for what must not run in a loop: a general lane for reading, and one thread for password
/// hashing, which takes 136 MB and half a second a time and must neither run twice at once nor hold up
/// history.
///
/// Any thread. Ends with `finish`.
package final class WorkPool: Sendable {
    package let general: WorkLane
    package let hashing: WorkLane

    /// - Parameters:
    ///   - jobs: how many may wait in the general lane.
    ///   - hashingJobs: how many may wait in the hashing lane.
    package init(threads: Int, jobs: Int, hashingJobs: Int) throws(IOError) {
        general = try WorkLane(name: "work", threads: threads, capacity: jobs)
        do throws(IOError) {
            hashing = try WorkLane(name: "hashing", threads: 1, capacity: hashingJobs)
        } catch {
            general.finish()
            throw error
        }
    }

    /// False, and the job is not done, when the general lane is full: answer `busy`.
    package func submit(_ job: @escaping WorkLane.Job) -> Bool { general.submit(job) }

    /// False, and the job is not done, when the hashing lane is full: answer `busy`.
    /// - Parameter isPreferred: done before all that are not, with room of its own to wait in.
    package func submitHashing(_ job: @escaping WorkLane.Job, isPreferred: Bool = false) -> Bool {
        hashing.submit(job, isPreferred: isPreferred)
    }

    /// Does what waits and ends the threads.
    package func finish() {
        hashing.finish()
        general.finish()
    }
}
