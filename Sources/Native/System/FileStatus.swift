import CLinux
import Glibc

/// Who owns a file and what it is (stat(2)).
package struct FileStatus: Equatable, Sendable {
    package enum Kind: Sendable {
        case file, directory, socket, other
    }

    package let kind: Kind
    package let owner: UserAccount
    /// The permission bits: 0o600.
    package let mode: UInt32
    /// In bytes.
    package let size: Int64
    /// Tells two files apart, and whether a path still names the same one.
    package let identity: Identity
    /// Last change of the content, nanoseconds since 1970.
    package let modified: Int64

    package struct Identity: Hashable, Sendable {
        let device: UInt64
        let node: UInt64
    }
}

/// The room of a file system, in bytes. A value.
package struct DiskRoom: Hashable, Sendable {
    /// What an ordinary user may still write.
    package let free: Int64
    package let size: Int64

    package init(free: Int64, size: Int64) {
        self.free = free
        self.size = size
    }
}

extension Files {
    /// - Returns: nil when there is nothing of that name. A symbolic link is followed.
    package static func status(of path: String) throws(IOError) -> FileStatus? {
        var status = stat()
        do throws(IOError) {
            _ = try SystemCall.perform("stat", on: path) { stat(path, &status) }
        } catch {
            guard error.reason == .notFound else { throw error }
            return nil
        }
        let kind: FileStatus.Kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .directory
            case S_IFSOCK: .socket
            default: .other
            }
        return FileStatus(
            kind: kind, owner: UserAccount(user: status.st_uid, group: status.st_gid),
            mode: status.st_mode & 0o7777,
            size: Int64(status.st_size),
            identity: FileStatus.Identity(device: UInt64(status.st_dev), node: UInt64(status.st_ino)),
            modified: Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec))
    }

    /// Whose it is: the account that the server must run as.
    package static func owner(of path: String) throws(IOError) -> UserAccount {
        guard let status = try status(of: path) else {
            throw IOError(code: ENOENT, operation: "stat \(path)")
        }
        return status.owner
    }

    /// Gives a file or directory to another account; only root may.
    package static func give(_ path: String, to account: UserAccount) throws(IOError) {
        _ = try SystemCall.perform("chown", on: path) { chown(path, account.user, account.group) }
    }

    /// Sets the permissions of what stands there (chmod(2)).
    package static func restrict(_ path: String, mode: UInt32) throws(IOError) {
        _ = try SystemCall.perform("chmod", on: path) { chmod(path, mode) }
    }

    /// What an ordinary user may still write on the file system that holds `path`, in bytes.
    package static func freeSpace(at path: String) throws(IOError) -> Int64 { try room(at: path).free }

    /// The room on the file system that holds `path` (statvfs(3)).
    package static func room(at path: String) throws(IOError) -> DiskRoom {
        var system = statvfs()
        _ = try SystemCall.perform("statvfs", on: path) { statvfs(path, &system) }
        let unit = UInt64(system.f_frsize)
        return DiskRoom(
            free: Int64(clamping: UInt64(system.f_bavail) * unit),
            size: Int64(clamping: UInt64(system.f_blocks) * unit))
    }
}
