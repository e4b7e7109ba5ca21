import Native
import Testing

struct DirectoryLockTests {
    @Test func aSecondHolderIsRefusedAndToldWhoHasIt() throws {
        let directory = try TemporaryDirectory()
        let lock = try DirectoryLock(directory: directory.path)
        #expect(throws: DirectoryLock.Refusal.held(by: CurrentProcess.number)) {
            _ = try DirectoryLock(directory: directory.path)
        }
        withExtendedLifetime(lock) {}
    }

    @Test func aReleasedLockCanBeTakenAgain() throws {
        let directory = try TemporaryDirectory()
        do {
            let first = try DirectoryLock(directory: directory.path)
            withExtendedLifetime(first) {}
        }
        let second = try DirectoryLock(directory: directory.path)
        withExtendedLifetime(second) {}
        #expect(try Files.status(of: directory.file("lock"))?.mode == 0o600)
    }

    @Test func aDirectoryThatIsNotThereIsAnError() {
        #expect { _ = try DirectoryLock(directory: "/nonexistent") } throws: { error in
            guard case .failed(let cause)? = error as? DirectoryLock.Refusal else { return false }
            return cause.reason == .notFound
        }
    }
}
