package import Chat
import Native

/// SHA-256 for the chat's rules, by OpenSSL.
package struct NativeHashing: Hashing {
    package init() {}

    package func sha256(_ bytes: [UInt8]) -> Digest { Digest(SHA256.digest(bytes)) }
}

extension Digest {
    init(_ value: SHA256.Value) {
        // By its span: an unspecialised iterator would cost more than the hashing of a short text.
        guard let digest = Digest(bytes: value.span) else { preconditionFailure("SHA-256 has 32 bytes") }
        self = digest
    }
}
