import Chat
package import Native
package import Security

/// What servers gave this device after a login by password: a file of `HOST:PORT NAME DEVICE` lines.
///
/// Lines that are not understood are kept as they are. The file is written whole and atomically, readable by
/// its owner alone. A value; the command's thread.
package struct KnownDevices: Sendable {
    private static let most = 1_024 * 1_024

    private let path: String
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

    /// What to show this server with the person's password; `nil` when it gave nothing yet.
    package func device(of name: String, at endpoint: Endpoint) -> String? {
        let start = Self.start(name, endpoint)
        return lines.last { $0.hasPrefix(start) }.map { String($0.dropFirst(start.count)) }
    }

    /// Keeps it, in the place of what was kept for the same person and place. Makes the file's folder.
    package mutating func keep(_ device: String, of name: String, at endpoint: Endpoint) throws(IOError) {
        guard device.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else { return }
        let start = Self.start(name, endpoint)
        lines.removeAll { $0.hasPrefix(start) }
        lines.append(start + device)
        try KnownServers.makeDirectories(Files.directory(of: path))
        try Files.writeAtomically(path, Array((lines.joined(separator: "\n") + "\n").utf8), mode: 0o600)
    }

    /// Names that are the same person's are the same here.
    private static func start(_ name: String, _ endpoint: Endpoint) -> String {
        "\(endpoint) \(PercentEncoding.encode(Name.uniqueForm(of: name))) "
    }
}
