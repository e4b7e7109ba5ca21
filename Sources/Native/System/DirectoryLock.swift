import CLinux
import Glibc

/// The right to be the only process that works on a data directory: flock(2) on the file `lock` in it.
///
/// The kernel lets go when the process ends, however it ends. The file stays: removing it would let two
/// processes lock two files of one name.
package struct DirectoryLock: ~Copyable, Sendable {
    /// Why there is no lock.
    package enum Refusal: Error, Equatable, Sendable, CustomStringConvertible {
        /// Another process has it; its number where the file tells it.
        case held(by: Int32?)
        case failed(IOError)

        package var description: String {
            switch self {
            case .held(let process?): "in use by process \(process)"
            case .held(nil): "in use by another process"
            case .failed(let error): "\(error)"
            }
        }
    }

    private let file: OwnedDescriptor

    /// Takes the lock at once or not at all.
    /// - Parameter owner: whom a new lock file is given to; root leaves no file of its own behind.
    package init(directory: String, owner: UserAccount? = nil) throws(Refusal) {
        let path = "\(directory)/lock"
        do throws(IOError) {
            let file = try Files.open(path, .creatingIfMissing(mode: 0o600))
            let number = file.number
            guard try SystemCall.performUnlessBlocked("flock", { flock(number, LOCK_EX | LOCK_NB) }) != nil
            else {
                throw IOError(code: EWOULDBLOCK, operation: "flock \(path)")
            }
            if let owner {
                _ = try SystemCall.perform("fchown", on: path) { fchown(number, owner.user, owner.group) }
            }
            try DirectoryLock.writeHolder(to: file)
            self.file = file
        } catch {
            guard error.code == EWOULDBLOCK else { throw .failed(error) }
            throw .held(by: DirectoryLock.holder(path))
        }
    }

    /// Our number in the file is for people and messages; the lock itself is the kernel's.
    private static func writeHolder(to file: borrowing OwnedDescriptor) throws(IOError) {
        let number = file.number
        _ = try SystemCall.perform("ftruncate") { ftruncate(number, 0) }
        _ = try file.write(Array("\(getpid())\n".utf8).span)
    }

    private static func holder(_ path: String) -> Int32? {
        guard let bytes = try? Files.read(path, limit: 32) else { return nil }
        return Int32(String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
}
