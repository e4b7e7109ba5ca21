#if OIDC
import CCurl
import Glibc

/// Asks over HTTP, by libcurl: with a limit in time and in bytes, without following redirects, without a
/// proxy, cookies or compression, by TLS 1.2 at least and a certificate that verifies.
///
/// Blocks: never on a loop. Any thread.
package struct HTTPClient: Sendable {
    /// For everything together, names and connecting included.
    package let timeout: Duration
    private static let connectSeconds = 3

    private let library: HTTPLibrary

    /// The first one of a process loads libcurl.
    package init(timeout: Duration = .seconds(5)) throws(HTTPUnavailable) {
        library = try HTTPLibrary.shared()
        self.timeout = timeout
    }

    /// - Parameter limit: of the body and of the head, in bytes each.
    package func perform(_ request: HTTPRequest, limit: Int) throws(HTTPFault) -> HTTPResponse {
        guard let handle = library.make() else { throw .unreachable }
        defer { library.free(handle) }
        let transfer = HTTPTransfer(limit: limit, allowsInternal: request.allowsInternal)
        let context = Unmanaged.passUnretained(transfer).toOpaque()
        let headers = library.append(nil, "Accept: application/json")
        defer { library.freeList(headers) }
        guard setUp(handle, request), setUp(handle, headers, context), setUp(handle, form: request.form)
        else { throw .notAllowed }
        let result = withExtendedLifetime(transfer) { library.perform(handle) }
        guard result == CURLE_OK else { throw transfer.fault ?? Self.fault(of: result) }
        return HTTPResponse(status: Int(chat_curl_status(library.getter, handle)), body: transfer.body)
    }

    private func setUp(_ handle: UnsafeMutableRawPointer, _ request: HTTPRequest) -> Bool {
        let schemes = request.allowsPlain ? "https,http" : "https"
        let texts: [(CURLoption, String)] = [
            (CURLOPT_URL, request.address), (CURLOPT_PROTOCOLS_STR, schemes), (CURLOPT_PROXY, ""),
            (CURLOPT_USERAGENT, "securechat"),
        ]
        let numbers: [(CURLoption, Int)] = [
            (CURLOPT_NOSIGNAL, 1), (CURLOPT_FOLLOWLOCATION, 0), (CURLOPT_TIMEOUT_MS, milliseconds),
            (CURLOPT_CONNECTTIMEOUT, Self.connectSeconds), (CURLOPT_SSL_VERIFYPEER, 1),
            (CURLOPT_SSL_VERIFYHOST, 2), (CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
            (CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1)), (CURLOPT_FORBID_REUSE, 1),
        ]
        let authorities = request.authorities.map {
            chat_curl_text(setter, handle, CURLOPT_CAINFO, $0) == CURLE_OK
        }
        return texts.allSatisfy { chat_curl_text(setter, handle, $0, $1) == CURLE_OK }
            && numbers.allSatisfy { chat_curl_number(setter, handle, $0, $1) == CURLE_OK }
            && authorities ?? true
    }

    private var setter: UnsafeMutableRawPointer { library.setter }

    private var milliseconds: Int { max(1, Int(timeout.wholeNanoseconds / 1_000_000)) }

    private func setUp(
        _ handle: UnsafeMutableRawPointer, _ headers: UnsafeMutablePointer<curl_slist>?,
        _ context: UnsafeMutableRawPointer
    ) -> Bool {
        chat_curl_list(setter, handle, CURLOPT_HTTPHEADER, headers) == CURLE_OK
            && chat_curl_take(setter, handle, CURLOPT_WRITEFUNCTION, takeBody) == CURLE_OK
            && chat_curl_context(setter, handle, CURLOPT_WRITEDATA, context) == CURLE_OK
            && chat_curl_take(setter, handle, CURLOPT_HEADERFUNCTION, takeHead) == CURLE_OK
            && chat_curl_context(setter, handle, CURLOPT_HEADERDATA, context) == CURLE_OK
            && chat_curl_open(setter, handle, openSocket) == CURLE_OK
            && chat_curl_context(setter, handle, CURLOPT_OPENSOCKETDATA, context) == CURLE_OK
    }

    private func setUp(_ handle: UnsafeMutableRawPointer, form: [UInt8]?) -> Bool {
        guard let form else { return true }
        guard chat_curl_number(setter, handle, CURLOPT_POSTFIELDSIZE, form.count) == CURLE_OK else {
            return false
        }
        // Copied: the array need not outlive the call.
        return form.withUnsafeBytes { bytes in
            chat_curl_context(
                setter, handle, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: bytes.baseAddress))
                == CURLE_OK
        }
    }

    private static func fault(of result: CURLcode) -> HTTPFault {
        switch result {
        case CURLE_OPERATION_TIMEDOUT: .tooSlow
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
            CURLE_SSL_CONNECT_ERROR:
            .untrusted
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT: .notAllowed
        case CURLE_WEIRD_SERVER_REPLY, CURLE_HTTP2, CURLE_PARTIAL_FILE, CURLE_BAD_CONTENT_ENCODING: .malformed
        case CURLE_FILESIZE_EXCEEDED: .tooLarge
        default: .unreachable
        }
    }
}

/// What one request has received, and what it may do. Used on the thread that performs it.
private final class HTTPTransfer {
    let limit: Int
    let allowsInternal: Bool
    var body: [UInt8] = []
    var headBytes = 0
    /// Why it was ended from this side.
    var fault: HTTPFault?

    init(limit: Int, allowsInternal: Bool) {
        self.limit = limit
        self.allowsInternal = allowsInternal
    }

    static func of(_ context: UnsafeMutableRawPointer?) -> HTTPTransfer {
        guard let context else { preconditionFailure("libcurl keeps the context that it was given") }
        return Unmanaged<HTTPTransfer>.fromOpaque(context).takeUnretainedValue()
    }

    /// How much of it was taken; less than all ends the transfer.
    func take(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> Int {
        guard count <= limit - body.count else {
            fault = .tooLarge
            return 0
        }
        body.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
        return count
    }
}

private func takeBody(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    HTTPTransfer.of(context).take(bytes, size * count)
}

private func takeHead(
    _: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    let transfer = HTTPTransfer.of(context)
    transfer.headBytes += size * count
    guard transfer.headBytes <= transfer.limit else {
        transfer.fault = .tooLarge
        return 0
    }
    return size * count
}

/// The address that a name really led to is judged, so that no name can stand for an internal one.
private func openSocket(
    _ context: UnsafeMutableRawPointer?, _: curlsocktype, _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
    guard let address, let place = chat_curl_address(address) else { return -1 }
    let transfer = HTTPTransfer.of(context)
    let peer = KernelAddress(place, socklen_t(address.pointee.addrlen)).peer
    guard let peer, transfer.allowsInternal || !peer.address.isInternal else {
        transfer.fault = .notAllowed
        return -1
    }
    let kind = address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
    return socket(address.pointee.family, kind, address.pointee.protocol)
}
#else
/// What there is without the package trait OIDC: nobody gets one.
package struct HTTPClient: Sendable {
    package init(timeout: Duration = .seconds(5)) throws(HTTPUnavailable) { throw .notBuilt }

    package func perform(_ request: HTTPRequest, limit: Int) throws(HTTPFault) -> HTTPResponse {
        preconditionFailure("HTTPClient.perform in a build without OIDC: none can have been made")
    }
}
#endif
