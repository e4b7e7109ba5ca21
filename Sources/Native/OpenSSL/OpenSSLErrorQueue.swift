import COpenSSL

/// OpenSSL's per-thread error queue: emptied before each call that may fail, read once after.
enum OpenSSLErrorQueue {
    /// The oldest entry, the root cause, in OpenSSL's words; the queue is empty afterwards.
    static func takeDetail() -> String {
        let code = ERR_get_error()
        ERR_clear_error()
        return text(of: code)
    }

    /// The oldest entry as the reason a session died; the queue is empty afterwards.
    static func takeSessionError(_ session: OpaquePointer) -> TLSError {
        let code = ERR_get_error()
        ERR_clear_error()
        let reason = ERR_GET_REASON(code)
        if reason == SSL_R_CERTIFICATE_VERIFY_FAILED {
            return TLSError(.peerUntrusted, detail: verification(of: session))
        }
        return TLSError(self.code(forReason: reason), detail: text(of: code))
    }

    private static func code(forReason reason: Int32) -> TLSError.Code {
        switch reason {
        case SSL_R_NO_APPLICATION_PROTOCOL: .noCommonProtocol
        case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_TLSV1_ALERT_PROTOCOL_VERSION: .noCommonVersion
        case SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST, SSL_R_WRONG_VERSION_NUMBER: .notTLS
        // Alerts received are numbered from here on, the alert's own number added.
        case SSL_AD_REASON_OFFSET...: .alertReceived
        default: .protocolViolation
        }
    }

    private static func verification(of session: OpaquePointer) -> String {
        String(cString: X509_verify_cert_error_string(SSL_get_verify_result(session)))
    }

    private static func text(of code: UInt) -> String {
        guard code != 0 else { return "no reason given" }
        guard let reason = ERR_reason_error_string(code) else { return "error \(code)" }
        return String(cString: reason)
    }
}
