import Foundation
import Testing

/// What the fuzzers found, or began with, as ordinary tests: each file of Tests/Corpora is a case.
@Suite struct CorpusTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
        .appending(path: "Corpora")

    private static func files(of target: FuzzTarget) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(
            at: folder.appending(path: target.rawValue), includingPropertiesForKeys: nil)
    }

    static let targets = FuzzTarget.allCases.filter { $0 != .canary }

    @Test(arguments: targets) func everyFileOfTheCorpusHolds(target: FuzzTarget) throws {
        let files = try Self.files(of: target)
        #expect(files.count >= 20, "a corpus that says something")
        for file in files {
            // Data(contentsOf:) forgets its buffer when a file is empty.
            target.run(Array(try FileHandle(forReadingFrom: file).readToEnd() ?? Data()))
        }
    }

    @Test(arguments: targets) func emptyAndShortInputsHold(target: FuzzTarget) {
        target.run([])
        for byte in UInt8.min...UInt8.max {
            target.run([byte])
            target.run([byte, byte, byte])
        }
    }

    /// The fuzzers report what traps: so it must trap.
    @Test func theCanarySings() async {
        FuzzTarget.canary.run(Array("char".utf8))
        await #expect(processExitsWith: .failure) { FuzzTarget.canary.run(Array("chat".utf8)) }
    }
}
