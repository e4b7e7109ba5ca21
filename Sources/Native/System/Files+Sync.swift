import Glibc

extension Files {
    /// Puts what was written to a file, by whomever, on the disk (fsync(2)). Its name is its directory's.
    package static func sync(_ path: String) throws(IOError) {
        let file = try open(path, .reading)
        let number = file.number
        _ = try SystemCall.perform("fsync", on: path) { fsync(number) }
    }
}
