import Native

/// The outer form of a snapshot's file (docs/snapshots.md, "The file").
enum SnapshotForm {
    /// The first line.
    static let mark = Array("SecureChat snapshot\n".utf8)
    static let format = 1
    static let headerBytesMost = 4_096
    static let domain = Array("securechat snapshot 1".utf8) + [0]
    /// SHA-256 of everything before, and the signature over it.
    static let digestBytes = 32
    static let trailerBytes = digestBytes + Ed25519Key.signatureCount

    /// Of what is encrypted, in one box; the last has less.
    static let boxBytes = 64 << 10

    /// The box's number (11 bytes, big-endian), then 1 for the last one and 0 for all others.
    static func nonce(ofBox number: UInt64, isLast: Bool) -> [UInt8] {
        let digits = stride(from: 56, through: 0, by: -8).map {
            UInt8(truncatingIfNeeded: number >> UInt64($0))
        }
        return [0, 0, 0] + digits + [isLast ? 1 : 0]
    }

    /// Of one part's piece.
    static let pieceBytesMost = 1 << 20
    static let nameBytesMost = 255
    static let manifestName = "manifest"
    static let manifestBytesMost = 64 << 20

    /// What follows in the compressed stream.
    enum Tag {
        /// A name's length (1 byte) and the name.
        static let begin: UInt8 = 1
        /// A piece's length (4 bytes, big-endian) and the piece.
        static let piece: UInt8 = 2
        static let end: UInt8 = 3
        /// Nothing follows any more.
        static let last: UInt8 = 4
    }

    /// What is signed.
    static func signed(_ digest: [UInt8]) -> [UInt8] { domain + digest }
}
