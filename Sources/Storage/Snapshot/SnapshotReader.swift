import Chat
import Native

/// Reads a snapshot's file. First all of it is held against its digest and its signature; what is taken apart
/// afterwards is hashed again, and at its end it is what was signed, or `next` throws.
///
/// One thread at a time; memory is bounded by a piece and the decompressor's window.
package struct SnapshotReader: ~Copyable {
    package enum Item: Hashable, Sendable {
        case begin(String)
        case piece([UInt8])
        case end
    }

    package let header: SnapshotHeader
    private var file: FileReader
    /// Of the compressed stream, in the file.
    private var left: Int
    private var opener: SnapshotOpener?
    private var decompressor: ZstdDecompressor
    /// What is decompressed and not taken yet.
    private var held: [UInt8] = []
    private var place = 0
    private var isInPart = false
    private var isOver = false
    /// What was signed, and what was read since.
    private let digest: [UInt8]
    private var read = SHA256()

    /// Verifies the file's digest and its signature by the key that it names.
    /// - Parameter key: the public key that it must be signed with; `nil` for whichever it names.
    /// - Parameter secret: what opens it when it is encrypted.
    /// - Throws: `SnapshotError`, or `IOError`.
    package init(path: String, key: [UInt8]? = nil, secret: SnapshotSecret? = nil) throws {
        var file = try FileReader(path: path)
        let verified = try Self.verify(&file, key: key)
        try file.rewind()
        guard let head = try file.next(exactly: verified.bytes) else { throw Self.damaged("it ends early") }
        let opener = try Self.opener(for: verified.header, secret)
        let decompressor = try ZstdDecompressor()
        header = verified.header
        digest = verified.digest
        left = file.size - verified.bytes - SnapshotForm.trailerBytes
        read.update(head.span)
        self.file = file
        self.opener = opener
        self.decompressor = decompressor
    }

    private static func opener(
        for header: SnapshotHeader, _ secret: SnapshotSecret?
    ) throws -> SnapshotOpener? {
        guard let lock = header.lock else { return nil }
        guard let secret else {
            throw SnapshotError(.locked, "it is encrypted: give its passphrase, or the key that opens it")
        }
        return SnapshotOpener(key: try secret.key(for: lock))
    }

    /// What comes next; `nil` at the end, behind which there is nothing.
    package mutating func next() throws -> Item? {
        if isOver { return nil }
        switch try byte() {
        case SnapshotForm.Tag.begin where !isInPart:
            isInPart = true
            let name = try take(Int(byte()))
            guard !name.isEmpty, let text = String(validating: name, as: UTF8.self) else {
                throw Self.damaged("a part without a name")
            }
            return .begin(text)
        case SnapshotForm.Tag.piece where isInPart:
            let count = try take(4).reduce(0) { $0 << 8 | Int($1) }
            guard count <= SnapshotForm.pieceBytesMost else { throw Self.damaged("a piece too long") }
            return .piece(try take(count))
        case SnapshotForm.Tag.end where isInPart:
            isInPart = false
            return .end
        case SnapshotForm.Tag.last where !isInPart:
            guard held.count == place, try !fill(), decompressor.isFinished, left == 0 else {
                throw Self.damaged("something behind the end")
            }
            isOver = true
            let value = read.finish()
            guard value.indices.allSatisfy({ value[$0] == digest[$0] }) else {
                throw Self.damaged("it was changed while it was read")
            }
            return nil
        default: throw Self.damaged("an unknown piece")
        }
    }

    private mutating func byte() throws -> UInt8 {
        let bytes = try take(1)
        return bytes[0]
    }

    private mutating func take(_ count: Int) throws -> [UInt8] {
        while held.count - place < count {
            guard try fill() else { throw Self.damaged("it ends early") }
        }
        defer { place += count }
        return Array(held[place..<place + count])
    }

    /// Decompresses some more. False at the end.
    private mutating func fill() throws -> Bool {
        while true {
            if let piece = try decompressed() {
                held = Array(held[place...]) + piece
                place = 0
                return true
            }
            guard left > 0 else { return false }
            let bytes = try file.next(most: left)
            guard !bytes.isEmpty else { throw Self.damaged("it ends early") }
            left -= bytes.count
            read.update(bytes.span)
            decompressor.add(try opened(bytes))
        }
    }

    private mutating func opened(_ bytes: [UInt8]) throws(SnapshotError) -> [UInt8] {
        guard opener != nil else { return bytes }
        let ready = try opener!.add(bytes)
        return left > 0 ? ready : ready + (try opener!.finish())
    }

    private mutating func decompressed() throws(SnapshotError) -> [UInt8]? {
        do throws(ZstdError) {
            return try decompressor.next()
        } catch {
            throw Self.damaged("its compressed stream: \(error)")
        }
    }

    // MARK: before anything is believed

    private static func verify(
        _ file: inout FileReader, key: [UInt8]?
    ) throws -> (header: SnapshotHeader, bytes: Int, digest: [UInt8]) {
        var whole = SHA256()
        guard let mark = try file.next(exactly: SnapshotForm.mark.count), mark == SnapshotForm.mark else {
            throw SnapshotError(.notASnapshot, "\(file.path) does not begin like one")
        }
        whole.update(mark.span)
        var line: [UInt8] = []
        while line.last != UInt8(ascii: "\n") {
            guard line.count < SnapshotForm.headerBytesMost, let byte = try file.next(exactly: 1) else {
                throw damaged("its header does not end")
            }
            line += byte
        }
        whole.update(line.span)
        let header = try SnapshotHeader(line: line)
        var left = file.size - mark.count - line.count - SnapshotForm.trailerBytes
        while left > 0 {
            let bytes = try file.next(most: left)
            guard !bytes.isEmpty else { throw damaged("it ends early") }
            whole.update(bytes.span)
            left -= bytes.count
        }
        guard left == 0, let trailer = try file.next(exactly: SnapshotForm.trailerBytes) else {
            throw damaged("it ends early")
        }
        let value = whole.finish()
        let digest = Array(trailer.prefix(SnapshotForm.digestBytes))
        guard value.indices.allSatisfy({ value[$0] == digest[$0] }) else {
            throw damaged("its digest is another")
        }
        guard let named = Hex.bytes(header.key) else { throw damaged("its header names no key") }
        if let key, key != named {
            throw SnapshotError(.otherKey, "it names the key \(header.key), not \(Hex.text(key))")
        }
        let signature = Array(trailer.suffix(Ed25519Key.signatureCount))
        let signed = SnapshotForm.signed(digest)
        guard Ed25519Key.verify(signature.span, of: signed.span, publicKey: named.span) else {
            throw damaged("its signature is not of the key \(header.key)")
        }
        return (header, mark.count + line.count, digest)
    }

    static func damaged(_ what: String) -> SnapshotError { SnapshotError(.damaged, what) }
}
