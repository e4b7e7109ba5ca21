import CLinux
import Glibc

extension CurrentProcess {
    /// Sends this process a signal, as kill(1) would: any thread wakes whoever waits for it.
    package static func raise(_ signal: Signal) throws(IOError) {
        _ = try SystemCall.perform("kill") { kill(getpid(), signal.rawValue) }
    }

    /// A stream whose reader is gone refuses what is written (EPIPE), instead of ending the process: for a
    /// server, whose log may be read by somebody who leaves.
    package static func surviveBrokenPipes() { _ = Glibc.signal(SIGPIPE, SIG_IGN) }

    /// Puts the same program with the same arguments in this process's place (execve(2)): descriptors but the
    /// standard ones, threads and memory end as they would at a crash. Returns only by throwing.
    package static func startAgain() throws(IOError) -> Never {
        // Libraries open files of their own, and not all of them for this program alone (LMDB does not).
        _ = try SystemCall.perform("close_range") { close_range(3, .max, securechat_close_on_exec) }
        var arguments = CommandLine.arguments.map { strdup($0) }
        arguments.append(nil)
        _ = try SystemCall.perform("execv") { execv("/proc/self/exe", &arguments) }
        preconditionFailure("execv returned")
    }
}
