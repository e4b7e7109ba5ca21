/// One thing wrong with a configuration: where it stands, what it is, and how to mend it. A value; any
/// thread.
package struct ConfigurationProblem: Hashable, Sendable, CustomStringConvertible {
    /// Where the value came from.
    package let origin: ConfigurationOrigin
    /// The key's path; empty when the whole file is meant.
    package let path: String
    /// The offending value as it was written, shortened; `nil` when there is none.
    package let value: String?
    package let reason: String
    package let mend: String

    package init(_ origin: ConfigurationOrigin, path: String, value: String?, reason: String, mend: String) {
        self.origin = origin
        self.path = path
        self.value = value.map(Self.shortened)
        self.reason = reason
        self.mend = mend
    }

    /// `config.json:4: listen.port is 99999: out of range. Give it a whole number from 0 to 65535.`
    package var description: String {
        let subject = value.map { path.isEmpty ? $0 : "\(path) is \($0)" } ?? path
        return "\(origin): \(subject.isEmpty ? "" : subject + ": ")\(reason). \(mend)."
    }

    /// A mistake of a megabyte is recognised by its beginning.
    private static func shortened(_ value: String) -> String {
        value.unicodeScalars.count <= 60
            ? value : String(String.UnicodeScalarView(value.unicodeScalars.prefix(60))) + "…"
    }
}

/// Where a value came from.
package enum ConfigurationOrigin: Hashable, Sendable, CustomStringConvertible {
    case standard
    case file(name: String, line: Int)
    case environment(name: String)

    package var description: String {
        switch self {
        case .standard: "default"
        case .file(let name, let line): line > 0 ? "\(name):\(line)" : name
        case .environment(let name): "environment \(name)"
        }
    }
}
