import Native
import Storage

extension Version {
    /// What is loaded of the libraries that a distribution patches beneath us. From any thread.
    package static var libraries: [(name: String, version: String)] {
        [
            ("openssl", LibraryVersions.openSSL), ("sqlite", SQLiteVersion.current),
            ("lmdb", LibraryVersions.lmdb),
        ]
    }
}
