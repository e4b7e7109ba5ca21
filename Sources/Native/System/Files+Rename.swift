import Glibc

extension Files {
    /// Gives a file or directory another name in the same directory, and syncs that.
    /// - Throws: when something that cannot be replaced stands under the new name (rename(2)).
    package static func rename(_ path: String, to newPath: String) throws(IOError) {
        precondition(directory(of: path) == directory(of: newPath), "a rename stays in its directory")
        _ = try SystemCall.perform("rename", on: path) { Glibc.rename(path, newPath) }
        try syncDirectory(directory(of: path))
    }
}
