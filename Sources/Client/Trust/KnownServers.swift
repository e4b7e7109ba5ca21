package import Native
package import Security

/// The servers whose identity this person has pinned: a file of `HOST:PORT sha256:HEX` lines.
///
/// What follows the two on a line (a newer program's), empty lines and those that begin with `#` are kept as
/// they are. Anything else is refused: a pin that is not understood must not count as none. The file is
/// written whole and atomically, readable by its owner alone.
package struct KnownServers: Sendable {
    private static let most = 1_024 * 1_024

    package let path: String
    private var lines: [Line] = []
    private var pins: [Endpoint: Fingerprint] = [:]

    private struct Line {
        let bytes: [UInt8]
        /// What it pins; `nil` for a remark.
        let endpoint: Endpoint?
    }

    /// Reads the file; one that is not there is empty.
    /// - Throws: `IOError`, or `KnownServersError` when a line is not understood.
    package init(path: String) throws {
        self.path = path
        let bytes: [UInt8]
        do throws(IOError) {
            bytes = try Files.read(path, limit: Self.most)
        } catch {
            guard error.reason == .notFound else { throw error }
            bytes = []
        }
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .enumerated()
        {
            try append(Array(line), number: index + 1)
        }
        // Behind the last line's end stands nothing.
        if lines.last?.bytes.isEmpty == true { lines.removeLast() }
    }

    private mutating func append(_ line: [UInt8], number: Int) throws(KnownServersError) {
        func refusal(_ reason: String) -> KnownServersError {
            KnownServersError(path: path, line: number, reason: reason)
        }
        guard let text = String(validating: line, as: UTF8.self) else { throw refusal("it is not UTF-8") }
        let parts = text.split { $0 == " " || $0 == "\t" || $0 == "\r" }
        guard let first = parts.first, !first.hasPrefix("#") else {
            lines.append(Line(bytes: line, endpoint: nil))
            return
        }
        guard parts.count >= 2, let endpoint = Endpoint(first, assumingPort: Endpoint.standardPort),
            let fingerprint = Fingerprint(text: String(parts[1]))
        else { throw refusal("it is not HOST:PORT sha256:HEX") }
        guard pins[endpoint] ?? fingerprint == fingerprint else {
            throw refusal("it pins \(endpoint) to another identity than a line before it")
        }
        lines.append(Line(bytes: line, endpoint: endpoint))
        pins[endpoint] = fingerprint
    }

    package func fingerprint(of endpoint: Endpoint) -> Fingerprint? { pins[endpoint] }

    /// Pins, replacing what was pinned for the same place before.
    package mutating func pin(_ fingerprint: Fingerprint, for endpoint: Endpoint) throws(IOError) {
        lines.removeAll { $0.endpoint == endpoint }
        lines.append(Line(bytes: Array("\(endpoint) \(fingerprint)".utf8), endpoint: endpoint))
        pins[endpoint] = fingerprint
        let directory = Files.directory(of: path)
        try Self.makeDirectories(directory)
        let bytes = lines.flatMap { $0.bytes + [UInt8(ascii: "\n")] }
        try Files.writeAtomically(path, bytes, mode: 0o600)
    }

    static func makeDirectories(_ path: String) throws(IOError) {
        do throws(IOError) {
            try Files.makeDirectory(path, mode: 0o700)
        } catch {
            guard error.reason == .notFound, path != "/", path != "." else { throw error }
            try makeDirectories(Files.directory(of: path))
            try Files.makeDirectory(path, mode: 0o700)
        }
    }
}
