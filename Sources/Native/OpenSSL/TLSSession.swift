import COpenSSL

/// One side of one TLS 1.3 conversation: ciphertext in, plaintext out, and the reverse. It knows no socket.
///
/// Owned by one connection, used on the thread of its `TLSMemory`, dead after `.peerClosed`, `.failed` or
/// `close()`. A class, because plaintext is delivered from inside `receive`, where the receiver may answer by
/// `send`.
@safe package final class TLSSession {
    package enum Role: Equatable, Sendable {
        case server
        /// `serverName` is the DNS name or IP address that the certificate must be for; a DNS name is sent as
        /// SNI.
        case client(serverName: String?)
    }

    /// `nil` in a server that waits for the client's first record: OpenSSL would take 45 KB for half of one.
    private var pointer: OpaquePointer?
    /// What came of that first record.
    private var opening: [UInt8] = []
    private let role: Role
    // Kept alive: OpenSSL's callbacks and BIO reach into both.
    private let context: TLSContext
    private let memory: TLSMemory
    private var failure: TLSError?
    private var isClosed = false

    /// Refused with `.settingRefused` when the server name is neither a DNS name nor an address.
    /// A `resumption` of another server or another trust is left unused.
    package init(
        context: TLSContext, role: Role, memory: TLSMemory, resumption: TLSResumption? = nil
    ) throws(TLSError) {
        self.role = role
        self.context = context
        self.memory = memory
        guard case .client(let serverName) = role else { return }
        let pointer = try begin()
        SSL_set_connect_state(pointer)
        if let serverName { try Self.expect(serverName, in: pointer) }
        if let resumption, resumption.serverName == serverName, resumption.trust == context.trust {
            resumption.offer(in: pointer)
        }
    }

    deinit { if let pointer { SSL_free(pointer) } }

    /// True from the end of the handshake until the session fails.
    package var isEstablished: Bool {
        guard failure == nil, let pointer else { return false }
        return SSL_is_init_finished(pointer) == 1
    }

    /// The application protocol both sides agreed on; `nil` before, and when the client offered none.
    package var negotiatedProtocol: String? {
        guard let pointer else { return nil }
        var bytes: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        SSL_get0_alpn_selected(pointer, &bytes, &count)
        guard let bytes, count > 0 else { return nil }
        return String(decoding: UnsafeBufferPointer(start: bytes, count: Int(count)), as: UTF8.self)
    }

    /// The DNS name that the client asked for (SNI).
    package var requestedServerName: String? {
        guard let pointer, let name = SSL_get_servername(pointer, TLSEXT_NAMETYPE_host_name) else {
            return nil
        }
        return String(cString: name)
    }

    /// Whether the server's certificate verified for its name. Always false with `.unverified` trust and on a
    /// server.
    package var serverVerified: Bool {
        switch context.trust {
        case .system, .file: isEstablished && pointer.map(SSL_get_verify_result) == Int(X509_V_OK)
        case .unverified, nil: false
        }
    }

    /// Whether a ticket was accepted instead of a full handshake.
    package var isResumed: Bool {
        guard let pointer else { return false }
        return SSL_session_reused(pointer) == 1
    }

    private func begin() throws(TLSError) -> OpaquePointer {
        ERR_clear_error()
        guard let pointer = SSL_new(context.pointer) else {
            throw TLSError(.settingRefused, detail: OpenSSLErrorQueue.takeDetail())
        }
        self.pointer = pointer
        memory.attach(to: pointer)
        return pointer
    }
}

// MARK: - The conversation

extension TLSSession {
    /// A client's first words go to the memory's output. A server waits for them: it answers `.ok`.
    package func handshake() -> TLSProgress {
        if let failure { return .failed(failure) }
        guard let pointer else { return .ok }
        ERR_clear_error()
        let outputBefore = memory.outputCount
        return progress(of: pointer, after: SSL_do_handshake(pointer), outputBefore: outputBefore)
    }

    /// Takes all of `ciphertext`, and hands over the plaintext of each complete record, at most 16 KiB a
    /// time. Handshake answers, tickets and alerts go to the memory's output. `deliver` may `send` and
    /// `close`, but not receive.
    package func receive(_ ciphertext: Span<UInt8>, deliver: (Span<UInt8>) -> Void) -> TLSProgress {
        if let failure { return .failed(failure) }
        guard let pointer else { return open(with: ciphertext, deliver: deliver) }
        return take(ciphertext, in: pointer, deliver: deliver)
    }

    /// Gathers a server's first record, and only then troubles OpenSSL with it.
    private func open(with ciphertext: Span<UInt8>, deliver: (Span<UInt8>) -> Void) -> TLSProgress {
        let isWhole = opening.isEmpty && Self.isWorthOpening(ciphertext)
        if !isWhole {
            ciphertext.withUnsafeBufferPointer { opening.append(contentsOf: $0) }
            guard Self.isWorthOpening(opening.span) else { return .ok }
        }
        let gathered = opening
        opening = []
        do throws(TLSError) {
            let pointer = try begin()
            SSL_set_accept_state(pointer)
            return take(isWhole ? ciphertext : gathered.span, in: pointer, deliver: deliver)
        } catch {
            failure = error
            return .failed(error)
        }
    }

    /// Whether the bytes hold a whole handshake record, or cannot become one: then OpenSSL is to say why.
    private static func isWorthOpening(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count >= 5 else { return false }
        let length = Int(bytes[3]) << 8 | Int(bytes[4])
        // Type and limit of a record: RFC 8446, 5.1.
        guard bytes[0] == 22, length <= 16_384 else { return true }
        return bytes.count >= 5 + length
    }

    private func take(
        _ ciphertext: Span<UInt8>, in pointer: OpaquePointer, deliver: (Span<UInt8>) -> Void
    ) -> TLSProgress {
        precondition(!memory.isReceiving, "TLSSession.receive inside another one's delivery")
        memory.isReceiving = true
        return ciphertext.withUnsafeBufferPointer { bytes in
            memory.area.pointee.input = bytes.baseAddress
            memory.area.pointee.inputCount = bytes.count
            defer {
                memory.area.pointee.input = nil
                memory.area.pointee.inputCount = 0
                memory.isReceiving = false
            }
            return read(from: pointer, deliver)
        }
    }

    private func read(from pointer: OpaquePointer, _ deliver: (Span<UInt8>) -> Void) -> TLSProgress {
        let outputBefore = memory.outputCount
        while true {
            var count = 0
            ERR_clear_error()
            let result = SSL_read_ex(pointer, memory.plaintext, TLSMemory.plaintextCapacity, &count)
            guard result == 1 else { return progress(of: pointer, after: result, outputBefore: outputBefore) }
            deliver(Span(_unsafeElements: UnsafeBufferPointer(start: memory.plaintext, count: count)))
            if let failure { return .failed(failure) }
            // Saves the call that would only find out that nothing is left.
            if memory.area.pointee.inputCount == 0, SSL_has_pending(pointer) == 0 { return .ok }
        }
    }

    /// Encrypts all of `plaintext` into the memory's output. Only once the session is established.
    package func send(_ plaintext: Span<UInt8>) -> TLSProgress {
        if let failure { return .failed(failure) }
        precondition(!isClosed, "TLSSession.send after close()")
        guard let pointer, SSL_is_init_finished(pointer) == 1 else {
            preconditionFailure("TLSSession.send before the handshake ended")
        }
        guard !plaintext.isEmpty else { return .ok }
        ERR_clear_error()
        let outputBefore = memory.outputCount
        let result = plaintext.withUnsafeBufferPointer { bytes in
            var written = 0
            return SSL_write_ex(pointer, bytes.baseAddress, bytes.count, &written)
        }
        return progress(of: pointer, after: result, outputBefore: outputBefore)
    }

    /// Puts close_notify into the memory's output, if the session is established. Nothing can be sent after
    /// it.
    package func close() {
        guard isEstablished, !isClosed, let pointer else { return }
        isClosed = true
        ERR_clear_error()
        SSL_shutdown(pointer)
        ERR_clear_error()
    }

    private func progress(of pointer: OpaquePointer, after result: Int32, outputBefore: Int) -> TLSProgress {
        guard result != 1 else { return .ok }
        switch SSL_get_error(pointer, result) {
        case SSL_ERROR_WANT_READ:
            return .ok
        case SSL_ERROR_ZERO_RETURN:
            return .peerClosed
        default:
            let error = OpenSSLErrorQueue.takeSessionError(pointer)
            failure = error
            // OpenSSL says nothing to a peer whose first bytes are not TLS; we always say why we hang up.
            if error.code != .alertReceived, memory.outputCount == outputBefore {
                memory.appendOutput(Self.unexpectedMessageAlert)
            }
            return .failed(error)
        }
    }

    /// A fatal unexpected_message, in the clear: a peer that speaks no TLS shares no keys (RFC 8446, 6.2).
    private static let unexpectedMessageAlert: [UInt8] = [21, 3, 3, 0, 2, 2, 10]
}

// MARK: - What lasts beyond it

extension TLSSession {
    /// Keying material that only this session's two ends know (RFC 8446, 7.5); `nil` before the handshake
    /// ended.
    package func exportKey(label: String, context: [UInt8] = [], count: Int) -> [UInt8]? {
        guard isEstablished, let pointer else { return nil }
        ERR_clear_error()
        var key = [UInt8](repeating: 0, count: count)
        let done = SSL_export_keying_material(
            pointer, &key, count, label, label.utf8.count, context, context.count, 1)
        return done == 1 ? key : nil
    }

    /// The value that ties an authentication to this very session: `tls-exporter` of RFC 9266, 32 bytes.
    package func channelBinding() -> [UInt8]? { exportKey(label: "EXPORTER-Channel-Binding", count: 32) }

    /// A client's key to a shorter handshake next time; there is one once the server's ticket was received.
    package func resumption() -> TLSResumption? {
        guard isEstablished, let pointer, case .client(let serverName) = role, let trust = context.trust
        else {
            return nil
        }
        return TLSResumption(of: pointer, serverName: serverName, trust: trust)
    }

    private static func expect(_ serverName: String, in pointer: OpaquePointer) throws(TLSError) {
        guard !serverName.utf8.contains(0) else {
            throw TLSError(.settingRefused, detail: "a server name with a zero byte")
        }
        let parameters = SSL_get0_param(pointer)
        if X509_VERIFY_PARAM_set1_ip_asc(parameters, serverName) == 1 { return }
        ERR_clear_error()
        X509_VERIFY_PARAM_set_hostflags(parameters, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
        guard !serverName.isEmpty, X509_VERIFY_PARAM_set1_host(parameters, serverName, 0) == 1,
            chat_session_send_server_name(pointer, serverName) == 1
        else { throw TLSError(.settingRefused, detail: "not a server name: \(serverName)") }
    }
}
