import Glibc

extension Files {
    /// Gives a file or directory another name in the same directory, and syncs that.
    /// - Throws: when something that cannot be replaced stands under the new name (rename(2)).
    package static func rename(_ path: String, to newPath: String) throws(IOError) {
        precondition(directory(of: path) == directory(of: newPath), "a rename stays in its directory")
        _ = try SystemCall.perform("rename", on: path) { Glibc.rename(path, newPath) }
        try syncDirectory(directory(of: path))
    }

    /// Moves a file or directory into another directory of the same file system, and syncs both.
    package static func move(_ path: String, to newPath: String) throws(IOError) {
        _ = try SystemCall.perform("rename", on: path) { Glibc.rename(path, newPath) }
        try syncDirectory(directory(of: newPath))
        try syncDirectory(directory(of: path))
    }
}
