import COpenSSL

/// What all sessions of one side have in common: certificate, trust, protocols, ticket keys. TLS 1.3 only.
///
/// Immutable once made, usable from any thread. A new certificate is a new context: sessions keep the one
/// they began with, and tickets stay good because the ticket keys are shared.
@safe package final class TLSContext: @unchecked Sendable {
    /// Whom a client believes.
    package enum Trust: Equatable, Sendable {
        /// The certificate authorities that the system trusts.
        case system
        /// The certificates in this PEM text and nobody else; one of them may be the server's own.
        case file([UInt8])
        /// Anybody: for clients that check the server's identity above TLS.
        case unverified
    }

    /// Each lives for two hours at most (a ticket opens for up to two rotations of an hour).
    private static let ticketSeconds = 7_200
    /// One session at a time resumes: OpenSSL's two tickets would cost a second one at each handshake.
    private static let ticketCount = 1
    private static let groups = "X25519:P-256:P-384"

    let pointer: OpaquePointer
    /// Whom this client believes; `nil` in a server's context.
    let trust: Trust?
    /// The protocols, most wanted first, as ALPN has them on the wire (RFC 7301, 3.1).
    fileprivate let protocols: [UInt8]
    fileprivate let tickets: TLSTicketKeys?

    /// A server's side. `certificateChain` is PEM, the server's certificate first, then the intermediates;
    /// `privateKey` is PEM and not encrypted. `protocols` are ALPN names, most wanted first: a client that
    /// offers none of them is refused with an alert, one that offers no ALPN at all is let in without a
    /// protocol.
    package static func server(
        certificateChain: [UInt8], privateKey: [UInt8], protocols: [String], tickets: TLSTicketKeys
    ) throws(TLSError) -> TLSContext {
        let context = try TLSContext(
            method: TLS_server_method(), protocols: protocols, trust: nil, tickets: tickets)
        try context.present(certificateChain: certificateChain, privateKey: privateKey)
        context.answerClients()
        return context
    }

    /// A client's side. With `.system` and `.file` a session fails unless the certificate verifies for its
    /// server name.
    package static func client(trust: Trust, protocols: [String]) throws(TLSError) -> TLSContext {
        let context = try TLSContext(
            method: TLS_client_method(), protocols: protocols, trust: trust, tickets: nil)
        try context.believe(trust)
        let status = context.protocols.withUnsafeBufferPointer {
            SSL_CTX_set_alpn_protos(context.pointer, $0.baseAddress, UInt32($0.count))
        }
        // Unlike its neighbours this call says 0 for success.
        guard status == 0 else { throw TLSError(.settingRefused, detail: OpenSSLErrorQueue.takeDetail()) }
        return context
    }

    private init(
        method: OpaquePointer?, protocols: [String], trust: Trust?, tickets: TLSTicketKeys?
    ) throws(TLSError) {
        self.protocols = try Self.wireForm(of: protocols)
        self.trust = trust
        self.tickets = tickets
        ERR_clear_error()
        guard let pointer = SSL_CTX_new(method) else {
            throw TLSError(.settingRefused, detail: OpenSSLErrorQueue.takeDetail())
        }
        self.pointer = pointer
        guard chat_context_set_versions(pointer, TLS1_3_VERSION) == 1,
            chat_context_set_groups(pointer, Self.groups) == 1
        else { throw TLSError(.settingRefused, detail: OpenSSLErrorQueue.takeDetail()) }
        // An idle connection keeps no record buffers: 34 KB each otherwise.
        chat_context_set_mode(pointer, Int(SSL_MODE_RELEASE_BUFFERS))
        // Sessions are kept in tickets and by clients, never in this process's memory. Early data stays off.
        chat_context_set_session_cache(pointer, Int(SSL_SESS_CACHE_OFF))
        SSL_CTX_set_timeout(pointer, Self.ticketSeconds)
        SSL_CTX_set_num_tickets(pointer, Self.ticketCount)
        // A failed handshake may not ask the terminal for a passphrase, ever.
        SSL_CTX_set_default_passwd_cb(pointer) { _, _, _, _ in -1 }
    }

    deinit { SSL_CTX_free(pointer) }

    private static func certificates(in bytes: [UInt8]) throws(TLSError) -> PEM.Certificates {
        do throws(CryptographyError) { return try PEM.certificates(in: bytes) } catch {
            throw TLSError(.certificateUnusable, detail: error.detail)
        }
    }

    private static func privateKey(in bytes: [UInt8]) throws(TLSError) -> PrivateKey {
        do throws(CryptographyError) { return try PEM.privateKey(in: bytes) } catch {
            throw TLSError(.keyUnusable, detail: error.detail)
        }
    }

    private static func wireForm(of protocols: [String]) throws(TLSError) -> [UInt8] {
        var bytes: [UInt8] = []
        for name in protocols {
            guard (1...255).contains(name.utf8.count) else {
                throw TLSError(.settingRefused, detail: "a protocol name has 1 to 255 bytes")
            }
            bytes.append(UInt8(name.utf8.count))
            bytes.append(contentsOf: name.utf8)
        }
        return bytes
    }
}

// MARK: - Server

extension TLSContext {
    private func present(certificateChain: [UInt8], privateKey: [UInt8]) throws(TLSError) {
        let chain = try Self.certificates(in: certificateChain)
        guard SSL_CTX_use_certificate(pointer, chain.leaf) == 1 else {
            throw TLSError(.certificateUnusable, detail: OpenSSLErrorQueue.takeDetail())
        }
        for certificate in chain.others where chat_context_add_chain_certificate(pointer, certificate) != 1 {
            throw TLSError(.certificateUnusable, detail: OpenSSLErrorQueue.takeDetail())
        }
        let key = try Self.privateKey(in: privateKey)
        guard SSL_CTX_use_PrivateKey(pointer, key.pointer) == 1, SSL_CTX_check_private_key(pointer) == 1
        else {
            throw TLSError(.keyUnusable, detail: OpenSSLErrorQueue.takeDetail())
        }
    }

    /// The callbacks find this object through the context's application data; every session keeps it alive.
    private func answerClients() {
        SSL_CTX_set_ex_data(pointer, 0, Unmanaged.passUnretained(self).toOpaque())
        chat_context_prefer_own_ciphers(pointer)
        let label = Array("SecureChat".utf8)
        SSL_CTX_set_session_id_context(pointer, label, UInt32(label.count))
        chat_context_on_server_name(pointer) { _, _, _ in SSL_TLSEXT_ERR_OK }
        if !protocols.isEmpty {
            let callback: SSL_CTX_alpn_select_cb_func = {
                session, chosen, chosenCount, offered, offeredCount, _ in
                guard let context = TLSContext.of(session) else { return SSL_TLSEXT_ERR_ALERT_FATAL }
                return context.selectProtocol(chosen, chosenCount, offered, offeredCount)
            }
            SSL_CTX_set_alpn_select_cb(pointer, callback, nil)
        }
        SSL_CTX_set_tlsext_ticket_key_evp_cb(pointer) { session, name, vector, cipher, mac, sealing in
            guard let keys = TLSContext.of(session)?.tickets, let name, let vector, let cipher, let mac else {
                return -1
            }
            return keys.prepare(
                name: name, vector: vector, cipher: cipher, authentication: mac, sealing: sealing == 1)
        }
    }

    private static func of(_ session: OpaquePointer?) -> TLSContext? {
        guard let session, let data = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(session), 0) else { return nil }
        return Unmanaged<TLSContext>.fromOpaque(data).takeUnretainedValue()
    }

    /// Our own order decides. OpenSSL copies the choice from the client's own bytes, which outlive the call.
    private func selectProtocol(
        _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ chosenCount: UnsafeMutablePointer<UInt8>?,
        _ offered: UnsafePointer<UInt8>?, _ offeredCount: UInt32
    ) -> Int32 {
        guard let chosen, let chosenCount, let offered else { return SSL_TLSEXT_ERR_ALERT_FATAL }
        let offer = UnsafeBufferPointer(start: offered, count: Int(offeredCount))
        var wanted = 0
        while wanted < protocols.count {
            let name = protocols[(wanted + 1)...(wanted + Int(protocols[wanted]))]
            var index = 0
            while index < offer.count, index + Int(offer[index]) < offer.count {
                let end = index + 1 + Int(offer[index])
                if offer[(index + 1)..<end].elementsEqual(name) {
                    chosen.pointee = offered + index + 1
                    chosenCount.pointee = offer[index]
                    return SSL_TLSEXT_ERR_OK
                }
                index = end
            }
            wanted += 1 + name.count
        }
        return SSL_TLSEXT_ERR_ALERT_FATAL
    }
}

// MARK: - Client

extension TLSContext {
    private func believe(_ trust: Trust) throws(TLSError) {
        switch trust {
        case .unverified:
            SSL_CTX_set_verify(pointer, SSL_VERIFY_NONE, nil)
            return
        case .system:
            guard SSL_CTX_set_default_verify_paths(pointer) == 1 else {
                throw TLSError(.certificateUnusable, detail: OpenSSLErrorQueue.takeDetail())
            }
        case .file(let bytes):
            let certificates = try Self.certificates(in: bytes)
            let store = SSL_CTX_get_cert_store(pointer)
            for certificate in [certificates.leaf] + certificates.others
            where X509_STORE_add_cert(store, certificate) != 1 {
                throw TLSError(.certificateUnusable, detail: OpenSSLErrorQueue.takeDetail())
            }
            // Whatever stands in the file is trusted as it is, also when it signs nothing.
            X509_STORE_set_flags(store, UInt(X509_V_FLAG_PARTIAL_CHAIN))
        }
        SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER, nil)
    }
}
