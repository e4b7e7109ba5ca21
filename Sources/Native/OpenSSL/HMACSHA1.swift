import COpenSSL

/// HMAC with SHA-1 (RFC 2104), for one-time codes alone: RFC 6238 has it so, and what is known against SHA-1
/// does not touch HMAC with it. Pure; any thread.
package enum HMACSHA1 {
    package static let count = 20

    package static func code(of message: Span<UInt8>, key: Span<UInt8>) -> [UInt8] {
        precondition(key.count > 0, "HMAC with an empty key")
        var code = [UInt8](repeating: 0, count: count)
        var written = 0
        let done = key.withUnsafeBufferPointer { key in
            message.withUnsafeBufferPointer { message in
                EVP_Q_mac(
                    nil, "HMAC", nil, "SHA1", nil, key.baseAddress, key.count, message.baseAddress,
                    message.count, &code, count, &written)
            }
        }
        precondition(done != nil && written == count, "HMAC-SHA-1 failed: \(OpenSSLErrorQueue.takeDetail())")
        return code
    }
}
