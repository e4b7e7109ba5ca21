package import Security

/// A configuration that was accepted, with where each of its values came from.
package struct EffectiveConfiguration: Hashable, Sendable {
    package let configuration: Configuration
    /// By the key's path; a key that is absent has its default.
    package let origins: [String: ConfigurationOrigin]

    package init(configuration: Configuration, origins: [String: ConfigurationOrigin]) {
        self.configuration = configuration
        self.origins = origins
    }

    package func origin(of key: ConfigurationKey) -> ConfigurationOrigin { origins[key.path] ?? .standard }

    /// A line for each key: path, value, origin.
    package func table() -> String {
        let rows = ConfigurationKey.all(of: configuration).map { key in
            (key.path, key.read(configuration).json.encoded(), "\(origin(of: key))")
        }
        let pathWidth = rows.map(\.0.count).max() ?? 0
        let valueWidth = rows.map(\.1.count).max() ?? 0
        return rows.map { path, value, origin in
            path + String(repeating: " ", count: pathWidth - path.count + 2) + value
                + String(repeating: " ", count: valueWidth - value.count + 2) + origin
        }
        .joined(separator: "\n")
    }

    /// The same for programs: `{"listen.port": {"value": 8443, "origin": "default"}, …}`.
    package func json() -> JSONValue {
        .object(
            ConfigurationKey.all(of: configuration).map { key in
                let entry: [JSONValue.Member] = [
                    .init("value", key.read(configuration).json),
                    .init("origin", .text("\(origin(of: key))")),
                ]
                return .init(key.path, .object(entry))
            })
    }
}
