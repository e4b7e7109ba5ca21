package import Native
package import Security

/// The servers whose identity this person has pinned: a file of `HOST:PORT sha256:HEX` lines.
///
/// Lines that are not understood (comments, a newer program's) are kept as they are. The file is written
/// whole and atomically, readable by its owner alone.
package struct KnownServers: Sendable {
    private static let most = 1_024 * 1_024

    package let path: String
    private var lines: [String]

    /// Reads the file; one that is not there is empty.
    package init(path: String) throws(IOError) {
        self.path = path
        do throws(IOError) {
            let text = String(decoding: try Files.read(path, limit: Self.most), as: UTF8.self)
            lines = text.split(separator: "\n").map(String.init)
        } catch {
            guard error.reason == .notFound else { throw error }
            lines = []
        }
    }

    package func fingerprint(of endpoint: Endpoint) -> Fingerprint? {
        lines.lazy.compactMap(Self.entry).first { $0.endpoint == endpoint }?.fingerprint
    }

    /// Pins, replacing what was pinned for the same place before.
    package mutating func pin(_ fingerprint: Fingerprint, for endpoint: Endpoint) throws(IOError) {
        lines.removeAll { Self.entry($0)?.endpoint == endpoint }
        lines.append("\(endpoint) \(fingerprint)")
        let directory = Files.directory(of: path)
        try Self.makeDirectories(directory)
        try Files.writeAtomically(path, Array((lines.joined(separator: "\n") + "\n").utf8), mode: 0o600)
    }

    private static func entry(_ line: String) -> (endpoint: Endpoint, fingerprint: Fingerprint)? {
        let parts = line.split(separator: " ")
        guard parts.count >= 2, let endpoint = Endpoint(parts[0], assumingPort: Endpoint.standardPort),
            let fingerprint = Fingerprint(text: String(parts[1]))
        else { return nil }
        return (endpoint, fingerprint)
    }

    private static func makeDirectories(_ path: String) throws(IOError) {
        do throws(IOError) {
            try Files.makeDirectory(path, mode: 0o700)
        } catch {
            guard error.reason == .notFound, path != "/", path != "." else { throw error }
            try makeDirectories(Files.directory(of: path))
            try Files.makeDirectory(path, mode: 0o700)
        }
    }
}
