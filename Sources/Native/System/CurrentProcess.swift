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
    package static func residentMemory() throws(IOError) -> Int { try memory().resident }

    /// Of that, what only this process can give back: without the pages of files, which the system takes
    /// where it needs them.
    package static func ownMemory() throws(IOError) -> Int {
        let (resident, shared) = try memory()
        return max(0, resident - shared)
    }

    private static func memory() throws(IOError) -> (resident: Int, shared: Int) {
        let fields = try Files.read("/proc/self/statm", limit: 256).split(separator: UInt8(ascii: " "))
            .map { Int(String(decoding: $0, as: UTF8.self)) }
        guard fields.count > 2, let resident = fields[1], let shared = fields[2] else {
            throw IOError(code: EPROTO, operation: "read /proc/self/statm")
        }
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        return (resident * page, shared * page)
    }

    /// The most that this process may have, in bytes: the machine's memory, or the least that one of its
    /// control groups allows (cgroups(7), version 2).
    package static func memoryCeiling() -> Int {
        var ceiling = Int(sysconf(Int32(_SC_PHYS_PAGES))) * Int(sysconf(Int32(_SC_PAGESIZE)))
        let root = "/sys/fs/cgroup"
        guard let bytes = try? Files.read("/proc/self/cgroup", limit: 64 << 10),
            let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
                .first(where: { $0.hasPrefix("0::/") })
        else { return ceiling }
        var group = root + line.dropFirst(3)
        while group.count >= root.count {
            if let text = try? Files.read("\(group)/memory.max", limit: 64),
                let most = Int(String(decoding: text, as: UTF8.self).prefix { $0.isNumber })
            {
                ceiling = min(ceiling, most)
            }
            group = Files.directory(of: group)
        }
        return ceiling
    }
}
