import Chat
import Foundation
import Native
import Testing

@testable import Storage

/// What an encrypted snapshot gives to whom.
@Suite struct SnapshotLockTests {
    private static let text = [UInt8](repeating: 7, count: 200_000)

    private let folder: TemporaryFolder
    private let signer = Ed25519Key.generate()

    init() throws { folder = try TemporaryFolder() }

    private func write(_ lock: SnapshotLock) throws -> String {
        let path = folder.file("locked.snapshot")
        var writer = try SnapshotWriter(path: path, program: "1", signer: signer, lock: lock)
        try writer.begin("a")
        try writer.add(Self.text)
        try writer.end()
        _ = try writer.finish(
            SnapshotManifest(
                program: "1", server: "00", incarnation: "00", createdAt: Timestamp(milliseconds: 1),
                counts: SnapshotManifest.Counts(), rooms: [], hasKeys: true))
        return path
    }

    private func read(_ path: String, _ secret: SnapshotSecret?) throws -> [UInt8] {
        var reader = try SnapshotReader(path: path, key: signer.publicKey, secret: secret)
        var (bytes, name): ([UInt8], String) = ([], "")
        while let item = try reader.next() {
            switch item {
            case .begin(let next): name = next
            case .piece(let piece) where name == "a": bytes += piece
            case .piece, .end: break
            }
        }
        return bytes
    }

    private func code(_ body: () throws -> Void) -> SnapshotError.Code? {
        do {
            try body()
            return nil
        } catch {
            return SnapshotError(wrapping: error).code
        }
    }

    @Test func aPassphraseOpensWhatWasEncryptedToIt() throws {
        let path = try write(.passphrase("correct horse battery", salt: (1, 2)))
        #expect(try read(path, .passphrase("correct horse battery")) == Self.text)
        #expect(code { _ = try read(path, .passphrase("correct horse batterz")) } == .locked)
        #expect(code { _ = try read(path, .privateKey(.generate())) } == .locked)
        #expect(code { _ = try read(path, nil) } == .locked)
    }

    @Test func aPrivateKeyOpensWhatWasEncryptedToItsPublicOne() throws {
        let key = RecipientKey.generate()
        let lock = try SnapshotLock.recipient(key.publicKey)
        let path = try write(lock)
        #expect(try read(path, .privateKey(try RecipientKey(pem: key.pem))) == Self.text)
        #expect(try read(path, lock.secret) == Self.text)
        #expect(code { _ = try read(path, .privateKey(.generate())) } == .locked)
        #expect(code { _ = try read(path, .passphrase("whatever it may be")) } == .locked)
        #expect(throws: CryptographyError.self) { _ = try RecipientKey(pem: signer.pem) }
        #expect(code { _ = try SnapshotLock.recipient([UInt8](repeating: 0, count: 32)) } == .failed)
        #expect(code { _ = try SnapshotLock.recipient([1, 2, 3]) } == .failed)
    }

    @Test func nothingOfItStandsInTheFile() throws {
        let secret = Array("a body that nobody else may read".utf8)
        let path = folder.file("body.snapshot")
        let lock = try SnapshotLock.recipient(RecipientKey.generate().publicKey)
        var writer = try SnapshotWriter(path: path, program: "1", signer: signer, lock: lock)
        try writer.begin("a")
        try writer.add(secret)
        try writer.end()
        _ = try writer.finish(
            SnapshotManifest(
                program: "1", server: "00", incarnation: "00", createdAt: Timestamp(milliseconds: 1),
                counts: SnapshotManifest.Counts(), rooms: [], hasKeys: false))
        let bytes = try Data(contentsOf: URL(filePath: path))
        #expect(bytes.range(of: Data(secret)) == nil)
        #expect(bytes.range(of: Data(lock.key)) == nil)
        #expect(bytes.range(of: Data([0x28, 0xb5, 0x2f, 0xfd])) == nil, "a zstd frame")
    }

    // MARK: the boxes

    private static let key = [UInt8](repeating: 3, count: AESGCM.keyCount)

    private func sealed(_ bytes: [UInt8], piece: Int) -> [UInt8] {
        var sealer = SnapshotSealer(key: Self.key)
        var all: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: piece) {
            all += sealer.add(Array(bytes[start..<min(start + piece, bytes.count)]))
        }
        return all + sealer.finish()
    }

    private func opened(_ bytes: [UInt8], piece: Int = 1_000_000) throws -> [UInt8] {
        var opener = SnapshotOpener(key: Self.key)
        var all: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: piece) {
            all += try opener.add(Array(bytes[start..<min(start + piece, bytes.count)]))
        }
        return all + (try opener.finish())
    }

    @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 131_072, 200_000])
    func everyLengthComesBack(count: Int) throws {
        let text = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        for piece in [7_919, 65_536, 100_000] {
            let boxes = sealed(text, piece: piece)
            #expect(try opened(boxes, piece: piece) == text)
            #expect(boxes.count == count + 16 * max(1, (count + 65_535) / 65_536))
        }
    }

    /// Also by somebody who can sign.
    @Test func boxesAreNeitherMovedNorLeftOut() throws {
        let boxes = sealed(Self.text, piece: 100_000)
        let size = SnapshotForm.boxBytes + AESGCM.tagCount
        let (first, second) = (Array(boxes[..<size]), Array(boxes[size..<2 * size]))
        let rest = Array(boxes[(2 * size)...])
        #expect(code { _ = try opened(second + first + rest) } == .locked)
        #expect(code { _ = try opened(first + rest) } == .damaged)
        #expect(code { _ = try opened(first + first + second + rest) } == .damaged)
        #expect(code { _ = try opened(first + second) } == .damaged, "the last one is missing")
        #expect(code { _ = try opened(Array(boxes.dropLast())) } == .damaged)
        for place in stride(from: 0, to: boxes.count, by: 997) {
            var changed = boxes
            changed[place] ^= 1
            #expect(code { _ = try opened(changed) } != nil)
        }
    }
}
