import COpenSSL

/// What a client keeps of a session to resume it later: a secret of that client. Good for the same server and
/// trust only.
package struct TLSResumption: Sendable {
    let serverName: String?
    let trust: TLSContext.Trust
    /// The session as OpenSSL writes it (DER).
    private let bytes: [UInt8]

    /// `nil` when the server gave no ticket yet.
    init?(of pointer: OpaquePointer, serverName: String?, trust: TLSContext.Trust) {
        guard let session = SSL_get1_session(pointer) else { return nil }
        defer { SSL_SESSION_free(session) }
        guard SSL_SESSION_is_resumable(session) == 1 else { return nil }
        let count = i2d_SSL_SESSION(session, nil)
        guard count > 0 else { return nil }
        self.serverName = serverName
        self.trust = trust
        bytes = [UInt8](unsafeUninitializedCapacity: Int(count)) { buffer, initialized in
            var position = buffer.baseAddress
            initialized = Int(i2d_SSL_SESSION(session, &position))
        }
    }

    /// Offers it in a client's handshake that has not begun.
    func offer(in pointer: OpaquePointer) {
        bytes.withUnsafeBufferPointer { buffer in
            var position = buffer.baseAddress
            guard let session = d2i_SSL_SESSION(nil, &position, buffer.count) else { return }
            SSL_set_session(pointer, session)
            SSL_SESSION_free(session)
        }
        ERR_clear_error()
    }
}
