import Glibc

extension Files {
    /// The names in a directory, sorted, without `.` and `..`.
    package static func names(in path: String) throws(IOError) -> [String] {
        let descriptor = try open(path, .reading)
        // fdopendir takes the number over: a copy of ours goes to it.
        let original = descriptor.number
        let number = try SystemCall.perform("fcntl", on: path) { fcntl(original, F_DUPFD_CLOEXEC, 0) }
        guard let directory = fdopendir(number) else {
            _ = OwnedDescriptor(owning: number)
            throw IOError(code: ENOTDIR, operation: "opendir \(path)")
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
