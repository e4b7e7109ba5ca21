import Native

/// A directory of a test's own under /tmp, left empty by a test that removes what it made.
struct TemporaryDirectory: ~Copyable {
    let path: String

    init() throws {
        path = "/tmp/securechat-test-\(CurrentProcess.number)-\(UInt64.random(in: 0 ... .max))"
        try Files.makeDirectory(path, mode: 0o700)
    }

    deinit {
        for name in (try? Files.names(in: path)) ?? [] { _ = try? Files.remove("\(path)/\(name)") }
        try? Files.removeDirectory(path)
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }
}
