package import Chat

/// What clients pin of a server: the SHA-256 of its identity key (DER SubjectPublicKeyInfo). Public.
package struct Fingerprint: Hashable, Sendable, CustomStringConvertible {
    private static let prefix = "sha256:"

    package let digest: Digest

    package init(_ digest: Digest) { self.digest = digest }

    package init(publicKey: [UInt8]) {
        digest = NativeHashing().sha256(publicKey)
    }

    /// `sha256:` and 64 hexadecimal digits, in either case; colons between the digits are taken too, because
    /// people copy fingerprints out of programs that write them so.
    package init?(text: String) {
        guard text.lowercased().hasPrefix(Self.prefix), text.utf8.count <= 128 else { return nil }
        var digits: [UInt8] = []
        for character in text.dropFirst(Self.prefix.count) where character != ":" {
            guard let digit = character.hexDigitValue, character.isASCII else { return nil }
            digits.append(UInt8(digit))
        }
        guard digits.count == 64 else { return nil }
        let bytes = stride(from: 0, to: 64, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
        guard let digest = Digest(bytes: bytes) else { return nil }
        self.digest = digest
    }

    package var description: String { Self.prefix + digest.description }
}
