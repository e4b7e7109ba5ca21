import Chat
import Foundation
import Native
import Testing

@testable import Storage

/// The file's form, from the first byte to the signature: what is written is read, and nothing else is.
@Suite struct SnapshotFileTests {
    private let folder: TemporaryFolder
    private let key = Ed25519Key.generate()
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("one.snapshot")
        var writer = try SnapshotWriter(path: path, program: "1", signer: key)
        for (name, bytes) in Self.parts {
            try writer.begin(name)
            try writer.add(bytes)
            try writer.end()
        }
        _ = try writer.finish(
            SnapshotManifest(
                program: "1", server: "00", incarnation: "00", createdAt: Timestamp(milliseconds: 1),
                counts: SnapshotManifest.Counts(), rooms: [], hasKeys: false))
    }

    private static let parts: [(name: String, bytes: [UInt8])] = [
        ("a", Array("the first".utf8)), ("b", []), ("c", [UInt8](repeating: 7, count: 3_000_000)),
    ]

    private var bytes: [UInt8] { get throws { Array(try Data(contentsOf: URL(filePath: path))) } }

    /// The parts of a file with these bytes.
    private func read(_ bytes: [UInt8]) throws -> [String: [UInt8]] {
        let path = folder.file("changed")
        try Data(bytes).write(to: URL(filePath: path))
        return try read(path)
    }

    private func read(_ path: String, key: [UInt8]? = nil) throws -> [String: [UInt8]] {
        var reader = try SnapshotReader(path: path, key: key)
        var (parts, name): ([String: [UInt8]], String) = ([:], "")
        while let item = try reader.next() {
            switch item {
            case .begin(let next):
                name = next
                parts[name] = []
            case .piece(let piece): parts[name]? += piece
            case .end: break
            }
        }
        return parts
    }

    private func code(_ bytes: [UInt8]) -> SnapshotError.Code? {
        do {
            _ = try read(bytes)
            return nil
        } catch {
            return SnapshotError(wrapping: error).code
        }
    }

    @Test func whatIsWrittenIsRead() throws {
        let found = try read(path, key: key.publicKey)
        for part in Self.parts { #expect(found[part.name] == part.bytes) }
        let manifest = try SnapshotManifest(encoded: try #require(found["manifest"]))
        #expect(manifest.parts.map(\.name) == ["a", "b", "c"])
        #expect(manifest.parts.map(\.bytes) == [9, 0, 3_000_000])
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func everyFlippedByteIsRefused() throws {
        let bytes = try bytes
        for place in bytes.indices {
            var changed = bytes
            changed[place] ^= 1
            let found = code(changed)
            #expect(
                found == .damaged || found == .notASnapshot || found == .newer,
                "byte \(place): \(found as Any)")
        }
    }

    @Test func everyCutIsRefused() throws {
        let bytes = try bytes
        for count in stride(from: 0, to: bytes.count, by: 3) {
            let found = code(Array(bytes.prefix(count)))
            #expect(found == .damaged || found == .notASnapshot, "\(count) bytes: \(found as Any)")
        }
        #expect(code(bytes + [0]) == .damaged)
    }

    @Test func anotherKeyIsRefused() throws {
        let other = Ed25519Key.generate().publicKey
        #expect { try read(path, key: other) } throws: { ($0 as? SnapshotError)?.code == .otherKey }
    }

    /// Whoever writes another key into the header signs by it, or is found out.
    @Test func whoSignsAnewIsFoundByTheKnownKey() throws {
        let forged = folder.file("forged")
        let thief = Ed25519Key.generate()
        let writer = try SnapshotWriter(path: forged, program: "1", signer: thief)
        _ = try writer.finish(
            SnapshotManifest(
                program: "1", server: "00", incarnation: "00", createdAt: Timestamp(milliseconds: 1),
                counts: SnapshotManifest.Counts(), rooms: [], hasKeys: false))
        #expect(try read(forged).keys.sorted() == ["manifest"])
        #expect { try read(forged, key: key.publicKey) } throws: {
            ($0 as? SnapshotError)?.code == .otherKey
        }
    }

    @Test func aNewerFormIsRefusedByName() throws {
        let bytes = Array("SecureChat snapshot\n{\"format\":2,\"anything\":true}\n".utf8)
        #expect(code(bytes) == .newer)
    }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    @Test func untilItIsWholeThereIsNone() throws {
        let path = folder.file("unfinished")
        func begin() throws {
            var writer = try SnapshotWriter(path: path, program: "1", signer: key)
            try writer.begin("a")
            #expect(try names().count == 2)
        }
        try begin()
        #expect(try names() == ["one.snapshot"])
    }

    @Test func whatIsThereIsNotOverwritten() throws {
        let before = try bytes
        #expect(throws: IOError.self) { _ = try SnapshotWriter(path: path, program: "1", signer: key) }
        // Nor what comes while it is written.
        let contended = folder.file("contended")
        func finish() throws {
            let writer = try SnapshotWriter(path: contended, program: "1", signer: key)
            try Data([1]).write(to: URL(filePath: contended))
            _ = try writer.finish(
                SnapshotManifest(
                    program: "1", server: "00", incarnation: "00", createdAt: Timestamp(milliseconds: 1),
                    counts: SnapshotManifest.Counts(), rooms: [], hasKeys: false))
        }
        #expect(throws: IOError.self) { try finish() }
        #expect(try Array(Data(contentsOf: URL(filePath: contended))) == [1])
        #expect(try bytes == before)
        #expect(try names() == ["contended", "one.snapshot"])
    }
}
