package import Chat
import Native

/// Takes a snapshot apart into a directory that holds nothing else: each part becomes the file that it was,
/// the sessions' records a state.lmdb.
///
/// One thread's. Memory is bounded by the manifest and a piece.
package struct SnapshotUnpacking: ~Copyable {
    /// Where a part goes.
    package enum Place: Hashable, Sendable {
        case file(String)
        /// It is verified, and not kept.
        case nowhere
        /// It is none of ours.
        case unknown
    }

    private let directory: String
    private let limits: Limits
    private let place: (String) -> Place
    private var found: [SnapshotManifest.Part] = []

    /// - Parameter place: where the part of this name goes.
    package init(into directory: String, limits: Limits, place: @escaping (String) -> Place) {
        self.directory = directory
        self.limits = limits
        self.place = place
    }

    /// Verifies signature and digests, and writes everything. What is left in the directory when it throws is
    /// of no use.
    /// - Parameter key: the public key that it must be signed with; `nil` for whichever it names.
    /// - Parameter secret: what opens it when it is encrypted.
    /// - Parameter isCancelled: asked for each part; when it says so, this gives up.
    /// - Throws: `SnapshotError`.
    package consuming func run(
        _ path: String, key: [UInt8]?, secret: SnapshotSecret?, isCancelled: () -> Bool = { false }
    ) throws -> (header: SnapshotHeader, manifest: SnapshotManifest) {
        do {
            var reader = try SnapshotReader(path: path, key: key, secret: secret)
            var manifest: SnapshotManifest?
            while let item = try reader.next() {
                if isCancelled() { throw SnapshotError(.failed, "the server is stopping") }
                guard case .begin(let name) = item, manifest == nil else {
                    throw SnapshotReader.damaged("a piece outside of its part")
                }
                switch name {
                case SnapshotForm.manifestName:
                    manifest = try SnapshotManifest(encoded: try gather(&reader))
                case SnapshotPart.sessions: try addSessions(&reader)
                default: try addFile(name, &reader)
                }
            }
            guard let manifest else { throw SnapshotReader.damaged("it has no manifest") }
            for (stated, found) in zip(manifest.parts, found) where stated != found {
                throw SnapshotError(.damaged, "\(found.name) is not what the manifest says")
            }
            guard manifest.parts.count == found.count else {
                throw SnapshotError(.damaged, "it has other parts than the manifest says")
            }
            return (reader.header, manifest)
        } catch {
            throw SnapshotError(wrapping: error)
        }
    }

    private func gather(_ reader: inout SnapshotReader) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while case .piece(let piece)? = try reader.next() {
            bytes += piece
            guard bytes.count <= SnapshotForm.manifestBytesMost else {
                throw SnapshotReader.damaged("its manifest does not end")
            }
        }
        return bytes
    }

    private mutating func addFile(_ name: String, _ reader: inout SnapshotReader) throws {
        switch place(name) {
        case .unknown: throw SnapshotError(.newer, "it has a part that is not known here: \(name)")
        case .nowhere: try add(name, &reader) { _ in }
        case .file(let path):
            var file = try NewFile(path: path, mode: 0o600)
            try add(name, &reader) { try file.write($0) }
            try file.place()
        }
    }

    private mutating func addSessions(_ reader: inout SnapshotReader) throws {
        let sessions = try SessionImport(directory: "\(directory)/state.lmdb", limits: limits)
        var decoder = SnapshotRecordDecoder()
        try add(SnapshotPart.sessions, &reader) { piece in
            decoder.add(piece)
            try sessions.add(try decoder.take())
        }
        guard decoder.isAtEnd else { throw SnapshotReader.damaged("a record is cut short") }
    }

    private mutating func add(
        _ name: String, _ reader: inout SnapshotReader, _ take: ([UInt8]) throws -> Void
    ) throws {
        var digest = SHA256()
        var bytes = 0
        while case .piece(let piece)? = try reader.next() {
            digest.update(piece.span)
            bytes += piece.count
            try take(piece)
        }
        let value = digest.finish()
        let text = Hex.text(value.indices.map { value[$0] })
        found.append(SnapshotManifest.Part(name: name, bytes: bytes, sha256: text))
    }
}
