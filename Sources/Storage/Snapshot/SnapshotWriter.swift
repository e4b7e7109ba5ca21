import Chat
package import Native

/// Writes a snapshot's file from its first byte to its last: the header, the parts compressed and, where it
/// has a lock, encrypted, the manifest, the signature. Until `finish` has returned there is no file of that
/// name.
///
/// One thread at a time; memory is bounded by a piece, a box and the compressor's window.
package struct SnapshotWriter: ~Copyable {
    private var file: NewFile
    private var compressor: ZstdCompressor
    private var sealer: SnapshotSealer?
    private var whole = SHA256()
    private var part = SHA256()
    private var partName: String?
    private var partBytes = 0
    private var parts: [SnapshotManifest.Part] = []
    private let signer: Ed25519Key

    /// - Throws: `IOError`.
    package init(path: String, program: String, signer: Ed25519Key, lock: SnapshotLock? = nil) throws {
        let header = try SnapshotHeader(program: program, key: signer.publicKey, lock: lock?.notice).encoded
        let compressor = try ZstdCompressor()
        var file = try NewFile(path: path, mode: 0o600)
        try file.write(header)
        self.file = file
        self.compressor = compressor
        sealer = lock.map { SnapshotSealer(key: $0.key) }
        self.signer = signer
        whole.update(header.span)
    }

    /// Bytes of the file so far.
    package var count: Int { file.count }

    package mutating func begin(_ name: String) throws {
        precondition(partName == nil && !name.isEmpty && name.utf8.count <= SnapshotForm.nameBytesMost)
        partName = name
        try compress([SnapshotForm.Tag.begin, UInt8(name.utf8.count)] + name.utf8)
    }

    /// More of the part.
    package mutating func add(_ bytes: [UInt8]) throws {
        precondition(partName != nil, "SnapshotWriter.add: no part has begun")
        part.update(bytes.span)
        partBytes += bytes.count
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(SnapshotForm.pieceBytesMost)
            try compress([SnapshotForm.Tag.piece] + Self.length(piece.count) + piece)
            rest = rest.dropFirst(piece.count)
        }
    }

    package mutating func end() throws {
        guard let name = partName else { preconditionFailure("SnapshotWriter.end: no part has begun") }
        try compress([SnapshotForm.Tag.end])
        let digest = Hex.text(Self.bytes(part.finish()))
        parts.append(SnapshotManifest.Part(name: name, bytes: partBytes, sha256: digest))
        (partName, partBytes) = (nil, 0)
    }

    /// Writes the manifest with the parts that were written, signs, and puts the file in its place.
    /// - Returns: the manifest as it stands in the file.
    package consuming func finish(_ manifest: SnapshotManifest) throws -> SnapshotManifest {
        var manifest = manifest
        manifest.parts = parts
        try begin(SnapshotForm.manifestName)
        try add(manifest.encoded)
        try end()
        try compress([SnapshotForm.Tag.last])
        try put(compressor.finish())
        if sealer != nil { try write(sealer!.finish()) }
        let digest = Self.bytes(whole.finish())
        try file.write(digest + signer.sign(SnapshotForm.signed(digest).span))
        try file.place()
        return manifest
    }

    private mutating func compress(_ bytes: [UInt8]) throws {
        try put(compressor.add(bytes))
    }

    /// Of the compressed stream.
    private mutating func put(_ bytes: [UInt8]) throws {
        try write(sealer == nil ? bytes : sealer!.add(bytes))
    }

    private mutating func write(_ bytes: [UInt8]) throws {
        whole.update(bytes.span)
        try file.write(bytes)
    }

    private static func length(_ count: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) }
    }

    private static func bytes(_ value: SHA256.Value) -> [UInt8] {
        var bytes: [UInt8] = []
        for index in value.indices { bytes.append(value[index]) }
        return bytes
    }
}
