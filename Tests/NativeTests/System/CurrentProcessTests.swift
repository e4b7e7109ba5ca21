import Glibc
import Native
import Testing

struct CurrentProcessTests {
    @Test func theDescriptorLimitIsRaisedOnceAndForAll() throws {
        let limit = try CurrentProcess.raiseDescriptorLimit()
        #expect(limit >= 256)
        #expect(try CurrentProcess.raiseDescriptorLimit() == limit)
    }

    @Test func aRunningProcessIsInMemory() throws {
        #expect(try CurrentProcess.residentMemory() > 1 << 20)
    }

    @Test(.enabled(if: CurrentProcess.account.isRoot))
    func droppedPrivilegesDoNotComeBack() async {
        await #expect(processExitsWith: .exitCode(0)) {
            let nobody = UserAccount(user: 65_534, group: 65_534)
            try CurrentProcess.dropPrivileges(to: nobody)
            try #require(CurrentProcess.account == nobody)
            try #require(throws: IOError.self) {
                try CurrentProcess.dropPrivileges(to: UserAccount(user: 0, group: 0))
            }
            try #require(throws: IOError.self) { try Files.read("/etc/shadow", limit: 1 << 20) }
            // A sanitizer that looks for leaks at the exit may not look at a process of another user.
            _exit(0)
        }
    }

    @Test func becomingWhoOneIsNeedsNoRight() throws {
        try CurrentProcess.dropPrivileges(to: CurrentProcess.account)
    }
}
