import COpenSSL

/// Password hashing by scrypt (RFC 7914). Slow by design: N = 2^15, r = 8, p = 3 takes about a quarter of a
/// second and 34 MB, so it runs in a lane of its own, never on a loop.
package enum Scrypt {
    /// `count` bytes derived with N = 2^`logN`. The memory it takes is about 128 · r · (N + p) bytes.
    package static func derive(
        password: Span<UInt8>, salt: Span<UInt8>, logN: Int, r: Int, p: Int, count: Int
    ) throws(CryptographyError) -> [UInt8] {
        guard (1...24).contains(logN), (1...64).contains(r), (1...64).contains(p), (1...1_024).contains(count)
        else {
            throw CryptographyError(
                .parameterRefused, detail: "scrypt with logN \(logN), r \(r), p \(p), \(count) bytes")
        }
        // OpenSSL's own bound is 32 MB: too little for any cost worth having. Ours is exactly what it needs,
        // and some.
        let memory = UInt64(128 * r * ((1 << logN) + p + 2)) + 4_096
        ERR_clear_error()
        var key = [UInt8](repeating: 0, count: count)
        let done = password.withUnsafeBytes { password in
            salt.withUnsafeBufferPointer { salt in
                // A nil password would ask OpenSSL to check the parameters only.
                let empty: StaticString = ""
                let start = password.baseAddress ?? UnsafeRawPointer(empty.utf8Start)
                return EVP_PBE_scrypt(
                    start.assumingMemoryBound(to: CChar.self), password.count, salt.baseAddress, salt.count,
                    1 << UInt64(logN), UInt64(r), UInt64(p), memory, &key, count)
            }
        }
        guard done == 1 else { throw .queued(.parameterRefused) }
        return key
    }
}
