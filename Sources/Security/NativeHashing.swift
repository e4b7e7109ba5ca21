package import Chat
import Native

/// SHA-256 for the chat's rules, by OpenSSL.
package struct NativeHashing: Hashing {
    package init() {}

    package func sha256(_ bytes: [UInt8]) -> Digest { Digest(SHA256.digest(bytes)) }
}

extension Digest {
    init(_ value: SHA256.Value) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(value.count)
        for index in value.indices { bytes.append(value[index]) }
        guard let digest = Digest(bytes: bytes) else { preconditionFailure("SHA-256 has 32 bytes") }
        self = digest
    }
}
