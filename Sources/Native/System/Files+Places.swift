import Glibc

extension Files {
    /// Whether it is a symbolic link, whatever it leads to.
    package static func isLink(_ path: String) throws(IOError) -> Bool {
        var status = stat()
        _ = try SystemCall.perform("lstat", on: path) { lstat(path, &status) }
        return status.st_mode & S_IFMT == S_IFLNK
    }

    /// Whether another file system begins there: it cannot be renamed.
    package static func isMountPoint(_ path: String) throws(IOError) -> Bool {
        let parent = directory(of: path)
        return try status(of: path)?.identity.device != status(of: parent)?.identity.device
    }
}
