import Glibc

extension CurrentProcess {
    /// Sends this process a signal, as kill(1) would: any thread wakes whoever waits for it.
    package static func raise(_ signal: Signal) throws(IOError) {
        _ = try SystemCall.perform("kill") { kill(getpid(), signal.rawValue) }
    }

    /// Puts the same program with the same arguments in this process's place (execve(2)): descriptors that
    /// are closed on exec, threads and memory end as they would at a crash. Returns only by throwing.
    package static func startAgain() throws(IOError) -> Never {
        var arguments = CommandLine.arguments.map { strdup($0) }
        arguments.append(nil)
        _ = try SystemCall.perform("execv") { execv("/proc/self/exe", &arguments) }
        preconditionFailure("execv returned")
    }
}
