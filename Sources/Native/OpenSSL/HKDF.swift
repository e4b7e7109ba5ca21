import COpenSSL

/// HKDF with SHA-256 (RFC 5869).
package enum HKDF {
    package static let secretCount = 32
    /// RFC 5869, 2.3.
    package static let mostExpanded = 255 * 32

    /// One even secret out of an uneven one.
    package static func extract(salt: Span<UInt8>, from material: Span<UInt8>) -> ErasedBytes {
        derive(EVP_KDF_HKDF_MODE_EXTRACT_ONLY, material, salt, count: secretCount)
    }

    /// As many bytes of key as are wanted, bound to what they are for.
    package static func expand(_ secret: Span<UInt8>, info: Span<UInt8>, count: Int) -> ErasedBytes {
        precondition(count <= mostExpanded, "HKDF gives no more than \(mostExpanded) bytes")
        return derive(EVP_KDF_HKDF_MODE_EXPAND_ONLY, secret, info, count: count)
    }

    private static func derive(_ mode: Int32, _ key: Span<UInt8>, _ other: Span<UInt8>, count: Int)
        -> ErasedBytes
    {
        ErasedBytes(count: count) { out in
            let done = key.withUnsafeBufferPointer { key in
                other.withUnsafeBufferPointer { other in
                    out.withUnsafeMutableBufferPointer { out in
                        chat_hkdf(
                            mode, key.baseAddress, key.count, other.baseAddress, other.count,
                            out.baseAddress, out.count)
                    }
                }
            }
            precondition(done == 1, "HKDF failed: \(OpenSSLErrorQueue.takeDetail())")
        }
    }
}
