import Native
import Testing

@Suite struct AppendedFileTests {
    @Test func whatIsAppendedStandsAtTheEnd() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("lines")
        #expect(try Files.readEnd(path, count: 4) == nil)
        try Files.append(path, Array("one\n".utf8), mode: 0o600)
        try Files.append(path, Array("two\n".utf8), mode: 0o600)
        #expect(try Files.read(path, limit: 100) == Array("one\ntwo\n".utf8))
        #expect(try Files.status(of: path)?.mode == 0o600)
        #expect(try Files.readEnd(path, count: 4) == Array("two\n".utf8))
        #expect(try Files.readEnd(path, count: 100) == Array("one\ntwo\n".utf8))
    }

    @Test func aPartIsWrittenOver() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("part")
        try Files.writeAtomically(path, Array("abcdef".utf8), mode: 0o600)
        try Files.overwrite(path, at: 2, Array("XY".utf8))
        #expect(try Files.read(path, limit: 100) == Array("abXYef".utf8))
        let none = directory.file("none")
        #expect(throws: IOError.self) { try Files.overwrite(none, at: 0, [1]) }
    }

    @Test func aMachineWithoutALogIsNoFailure() throws {
        let directory = try TemporaryDirectory()
        let log = directory.file("log")
        #expect(try !SystemLog.send("x", program: "test", process: 1, to: log))
    }
}
