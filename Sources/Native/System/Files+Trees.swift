import Glibc

extension Files {
    /// Removes a directory with everything in it, links themselves and not what they lead to. It may be that
    /// nothing is there.
    package static func removeTree(_ path: String) throws(IOError) {
        guard try isThere(path) else { return }
        if try isDirectory(path) {
            for name in try names(in: path) { try removeTree("\(path)/\(name)") }
            _ = try SystemCall.perform("rmdir", on: path) { rmdir(path) }
        } else {
            _ = try SystemCall.perform("unlink", on: path) { unlink(path) }
        }
    }

    /// Gives a directory and everything in it to another account; only root may.
    package static func giveTree(_ path: String, to account: UserAccount) throws(IOError) {
        if try isDirectory(path) {
            for name in try names(in: path) { try giveTree("\(path)/\(name)", to: account) }
        }
        _ = try SystemCall.perform("lchown", on: path) { lchown(path, account.user, account.group) }
    }

    private static func isThere(_ path: String) throws(IOError) -> Bool {
        var status = stat()
        do throws(IOError) {
            _ = try SystemCall.perform("lstat", on: path) { lstat(path, &status) }
            return true
        } catch {
            guard error.reason == .notFound else { throw error }
            return false
        }
    }

    private static func isDirectory(_ path: String) throws(IOError) -> Bool {
        var status = stat()
        _ = try SystemCall.perform("lstat", on: path) { lstat(path, &status) }
        return status.st_mode & S_IFMT == S_IFDIR
    }
}
