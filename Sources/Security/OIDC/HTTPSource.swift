package import Native

/// Whoever asks over HTTP: libcurl, or a test. Blocks; never on a loop.
package protocol HTTPSource: Sendable {
    /// - Parameter limit: in bytes of the answer.
    func perform(_ request: HTTPRequest, limit: Int) throws(HTTPFault) -> HTTPResponse
}

extension HTTPClient: HTTPSource {}
