import Native
import Testing

struct FilesTests {
    @Test func whatIsWrittenIsReadBackWithItsPermissions() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("config.json")
        try Files.writeAtomically(path, Array("one".utf8), mode: 0o640)
        try Files.writeAtomically(path, Array("two, longer".utf8), mode: 0o600)
        #expect(try Files.read(path, limit: 11) == Array("two, longer".utf8))
        let status = try #require(try Files.status(of: path))
        #expect(status.kind == .file)
        #expect(status.mode == 0o600)
        #expect(status.size == 11)
        #expect(status.owner == CurrentProcess.account)
        #expect(try Files.names(in: directory.path) == ["config.json"])
    }

    @Test func anEmptyFileIsAFileToo() throws {
        let directory = try TemporaryDirectory()
        try Files.writeAtomically(directory.file("empty"), [], mode: 0o600)
        #expect(try Files.read(directory.file("empty"), limit: 0) == [])
    }

    @Test func aLongFileComesBackWhole() throws {
        let directory = try TemporaryDirectory()
        let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try Files.writeAtomically(directory.file("long"), bytes, mode: 0o600)
        #expect(try Files.read(directory.file("long"), limit: 300_000) == bytes)
        #expect { try Files.read(directory.file("long"), limit: 299_999) } throws: { error in
            (error as? IOError)?.reason == .tooLarge
        }
    }

    @Test func whatCannotBeReadIsNamed() throws {
        let directory = try TemporaryDirectory()
        #expect { try Files.read(directory.path, limit: 1) } throws: { error in
            "\(error)" == "read \(directory.path): Is a directory (EISDIR)"
        }
    }

    @Test func whatIsRewrittenStaysAsItWas() throws {
        let directory = try TemporaryDirectory()
        let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let path = directory.file("log")
        try Files.writeAtomically(path, bytes, mode: 0o640)
        let before = try #require(try Files.status(of: path))
        #expect(try Files.rewrite(path))
        #expect(try Files.read(path, limit: bytes.count) == bytes)
        let after = try #require(try Files.status(of: path))
        #expect(after.identity == before.identity)
        #expect(after.mode == 0o640)
        #expect(try !Files.rewrite(directory.file("none")))
        #expect(try Files.names(in: directory.path) == ["log"])
    }

    @Test func whatIsNotThereIsNotFound() throws {
        let directory = try TemporaryDirectory()
        #expect { try Files.read(directory.file("none"), limit: 1) } throws: { error in
            (error as? IOError)?.reason == .notFound
        }
        #expect(try Files.status(of: directory.file("none")) == nil)
        #expect(try !Files.remove(directory.file("none")))
    }

    @Test func makingADirectoryTwiceLeavesTheFirstAlone() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("keys")
        #expect(try Files.makeDirectory(path, mode: 0o700))
        #expect(try !Files.makeDirectory(path, mode: 0o755))
        #expect(try Files.status(of: path)?.mode == 0o700)
        try Files.removeDirectory(path)
    }

    @Test(arguments: [
        ("/a/b", "/a"), ("/a", "/"), ("/", "/"), ("a", "."), ("a/b", "a"), ("a/", "."), ("/a/b/", "/a"),
    ])
    func theDirectoryOfAPath(path: String, directory: String) {
        #expect(Files.directory(of: path) == directory)
    }

    #if DEBUG
    /// Each step of an atomic write fails once: the old file stands unless the rename had come, no other name
    /// is left.
    @Test(arguments: [
        ("open", "old"), ("write", "old"), ("fsync", "old"), ("close", "old"), ("rename", "old"),
    ])
    func aFailedStepLeavesTheOldFile(step: String, content: String) throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("key.pem")
        try Files.writeAtomically(path, Array("old".utf8), mode: 0o600)
        FaultPlan.force(.inputOutput, on: step) {
            #expect { try Files.writeAtomically(path, Array("new".utf8), mode: 0o600) } throws: { error in
                (error as? IOError)?.operation.hasPrefix(step) == true
            }
        }
        #expect(try Files.read(path, limit: 100) == Array(content.utf8))
        #expect(try Files.names(in: directory.path) == ["key.pem"])
    }

    /// The first fsync is the file's, the second its directory's: both are made, and a failure of either is
    /// told.
    @Test(arguments: [0, 1])
    func theFileAndItsDirectoryAreSynced(sparing: Int) throws {
        let directory = try TemporaryDirectory()
        FaultPlan.force(.inputOutput, on: "fsync", sparing: sparing) {
            #expect(throws: IOError.self) {
                try Files.writeAtomically(directory.file("key.pem"), [1], mode: 0o600)
            }
        }
        try FaultPlan.force(.inputOutput, on: "fsync", sparing: 2) {
            try Files.writeAtomically(directory.file("key.pem"), [1], mode: 0o600)
        }
    }

    @Test(arguments: [("open", 0), ("open", 1), ("read", 0), ("write", 0), ("fsync", 0), ("fsync", 1)])
    func rewritingTellsOfEachStepThatFails(step: String, sparing: Int) throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("log")
        try Files.writeAtomically(path, [1, 2, 3], mode: 0o600)
        FaultPlan.force(.inputOutput, on: step, sparing: sparing) {
            #expect(throws: IOError.self) { try Files.rewrite(path) }
        }
        #expect(try Files.read(path, limit: 3) == [1, 2, 3])
    }
    #endif
}
