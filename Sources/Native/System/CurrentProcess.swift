import CLinux
import Glibc

/// What this process is and may do.
package enum CurrentProcess {
    package static var number: Int32 { getpid() }

    /// Whom the process acts as (the effective user and group).
    package static var account: UserAccount { UserAccount(user: geteuid(), group: getegid()) }

    /// Becomes another account for good: no way back to root, no group left over.
    ///
    /// Before the stores are opened and before other threads start. Only root may; for the account it has
    /// already a process need not ask.
    package static func dropPrivileges(to account: UserAccount) throws(IOError) {
        guard account != CurrentProcess.account || getuid() != account.user else { return }
        // Groups first: once the user is given up, the right to change them is gone.
        _ = try SystemCall.perform("setgroups") { setgroups(0, nil) }
        _ = try SystemCall.perform("setresgid") { setresgid(account.group, account.group, account.group) }
        _ = try SystemCall.perform("setresuid") { setresuid(account.user, account.user, account.user) }
        precondition(
            account.isRoot || setresuid(0, 0, 0) == -1,
            "the kernel let us back to root after dropping privileges")
    }

    /// Raises the number of descriptors that may be open to the most that is allowed (getrlimit(2)).
    /// - Returns: the number that holds now.
    @discardableResult
    package static func raiseDescriptorLimit() throws(IOError) -> Int {
        var limit = rlimit()
        _ = try SystemCall.perform("getrlimit") { getrlimit(securechat_limit_descriptors, &limit) }
        if limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = limit.rlim_max
            _ = try SystemCall.perform("setrlimit") { setrlimit(securechat_limit_descriptors, &limit) }
        }
        return Int(clamping: limit.rlim_cur)
    }

    /// Lets no core dump carry keys to the disk, and no other process of the same account read them: only
    /// root may attach from now on (prctl(2), PR_SET_DUMPABLE).
    package static func forbidCoreDumps() throws(IOError) {
        _ = try SystemCall.perform("prctl") { securechat_set_undumpable() }
        var limit = rlimit(rlim_cur: 0, rlim_max: 0)
        _ = try SystemCall.perform("setrlimit") { setrlimit(securechat_limit_core, &limit) }
    }

    /// Gives memory that the allocator keeps for later back to the system (malloc_trim(3)). From any thread;
    /// one that allocates meanwhile may wait some milliseconds.
    package static func returnFreeMemory() { _ = malloc_trim(0) }

    /// Memory that is really in RAM, in bytes (proc(5), statm).
    package static func residentMemory() throws(IOError) -> Int {
        let fields = try Files.read("/proc/self/statm", limit: 256).split(separator: UInt8(ascii: " "))
        guard fields.count > 1, let pages = Int(String(decoding: fields[1], as: UTF8.self)) else {
            throw IOError(code: EPROTO, operation: "read /proc/self/statm")
        }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}
