import Native

/// Waits on this machine's loopback for the one redirect that ends a login in a browser (RFC 8252, section
/// 7.3). Used on the thread that waits.
///
/// Anything on the machine may connect: requests are taken one after the other, each with limits in time and
/// size, and what is no answer to the login changes nothing.
struct RedirectListener: ~Copyable {
    private static let path = "/callback?"
    private static let headBytes = 16 * 1_024
    private static let requestSeconds = Duration.seconds(2)

    private let socket: ListeningSocket
    private let epoll: Epoll

    /// - Parameter port: 0 for any, as RFC 8252 has it.
    init(port: UInt16) throws(IOError) {
        let socket = try ListeningSocket(address: .loopback, port: port, backlog: 16)
        let epoll = try Epoll()
        try epoll.add(socket, token: 0, interest: .read)
        self.socket = socket
        self.epoll = epoll
    }

    /// What to register at the provider: `http://127.0.0.1/callback`, on any port or on the one that is used.
    var address: String { "http://127.0.0.1:\(socket.address.port)/callback" }

    /// The answer to the first query that `judge` takes; `nil` when none came before `end`.
    borrowing func wait<Answer>(
        until end: Instant, judge: (Substring) -> Answer?
    ) throws(IOError) -> Answer? {
        var events = EpollEvents(capacity: 1)
        while true {
            if let accepted = try socket.accept() {
                if let answer = try? Self.serve(accepted.takeSocket(), judge) { return answer }
                continue
            }
            let left = end - MonotonicClock.now()
            guard left > .zero else { return nil }
            try epoll.wait(into: &events, timeout: left)
        }
    }

    private static func serve<Answer>(
        _ socket: consuming StreamSocket, _ judge: (Substring) -> Answer?
    ) throws(IOError) -> Answer? {
        let end = MonotonicClock.now() + requestSeconds
        guard let query = try readQuery(socket, end) else {
            try write(page("404 Not Found", "There is nothing here."), to: socket, end)
            return nil
        }
        let answer = judge(query[...])
        let text =
            answer == nil
            ? page("400 Bad Request", "This is no answer to the login that waits here.")
            : page("200 OK", "Go back to your terminal: the login goes on there. You can close this page.")
        try write(text, to: socket, end)
        return answer
    }

    /// `nil` for a request that is not the redirect.
    private static func readQuery(
        _ socket: borrowing StreamSocket, _ end: Instant
    ) throws(IOError) -> String? {
        let buffer = IOBuffer(capacity: headBytes)
        var line: [UInt8] = []
        while !buffer.isFull {
            switch try socket.read(into: buffer) {
            case .endOfFile: return nil
            case .wouldBlock:
                let left = end - MonotonicClock.now()
                guard left > .zero, try socket.wait(for: .read, timeout: left) else { return nil }
            case .bytes:
                line = (0..<buffer.count).map { buffer.span[$0] }
                guard isWhole(line) else { continue }
                line = Array(line.prefix { $0 != UInt8(ascii: "\r") })
                return query(of: String(decoding: line, as: UTF8.self))
            }
        }
        return nil
    }

    /// To the end of the head: a browser whose request is left unread would see the connection broken.
    private static func isWhole(_ head: [UInt8]) -> Bool {
        head.suffix(4) == [0x0d, 0x0a, 0x0d, 0x0a]
    }

    private static func query(of line: String) -> String? {
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, words[0] == "GET", words[1].hasPrefix(path) else { return nil }
        return String(words[1].dropFirst(path.count))
    }

    /// Without anything of the request in it, and with nothing that a browser would carry on.
    private static func page(_ status: String, _ text: String) -> [UInt8] {
        let body = "<!doctype html><title>SecureChat</title><p>\(text)</p>\n"
        let head = [
            "HTTP/1.1 \(status)", "Content-Type: text/html; charset=utf-8", "Connection: close",
            "Cache-Control: no-store", "Referrer-Policy: no-referrer",
            "Content-Security-Policy: default-src 'none'", "Content-Length: \(body.utf8.count)", "", "",
        ]
        return Array((head.joined(separator: "\r\n") + body).utf8)
    }

    private static func write(
        _ bytes: [UInt8], to socket: borrowing StreamSocket, _ end: Instant
    ) throws(IOError) {
        var written = 0
        while written < bytes.count {
            switch try socket.write(bytes.span.extracting(written...)) {
            case .bytes(let count): written += count
            case .endOfFile: return
            case .wouldBlock:
                let left = end - MonotonicClock.now()
                guard left > .zero, try socket.wait(for: .write, timeout: left) else { return }
            }
        }
        try socket.finishWriting()
    }
}
