import Glibc

extension CurrentProcess {
    /// How much later than the rest of the process (sched(7), the nice value).
    private static let later: Int32 = 10

    /// Lets the calling thread alone go after all others of the process where processors are short: it gets
    /// about a tenth of what another gets, and never nothing. Once; there is no way back without rights.
    package static func yieldToOthers() {
        // On Linux a nice value is a thread's own. It cannot be refused to who asks for less.
        _ = nice(later)
    }
}
