package import Security

extension Configuration {
    /// The configuration as a file has it: the keys' first words are its objects. Config/config.json is this
    /// of `.standard`.
    package func fileContent() -> JSONValue {
        Self.sections { key in key.read(self).json }
    }

    /// What may stand in a file, as JSON Schema (draft 2020-12), for editors.
    package static func schema() -> JSONValue {
        let comment = JSONValue.Member("$comment", .object([.init("type", .text("string"))]))
        let properties = names().map { section in
            JSONValue.Member(
                section,
                .object([
                    .init("type", .text("object")),
                    .init("additionalProperties", .flag(false)),
                    .init("properties", .object([comment] + keys(of: section).map(\.schemaMember))),
                ]))
        }
        let document = JSONValue.Member("$schema", .object([.init("type", .text("string"))]))
        return .object([
            .init("$schema", .text("https://json-schema.org/draft/2020-12/schema")),
            .init("title", .text("The configuration of a SecureChat server")),
            .init("type", .text("object")),
            .init("additionalProperties", .flag(false)),
            .init("properties", .object([document, comment] + properties + [providers(comment)])),
        ])
    }

    /// An object for each provider, all of the same form.
    private static func providers(_ comment: JSONValue.Member) -> JSONValue.Member {
        let keys = ConfigurationKey.ofProvider("NAME").map(\.schemaMember)
        let provider = JSONValue.object([
            .init("type", .text("object")),
            .init("additionalProperties", .flag(false)),
            .init("properties", .object([comment] + keys)),
        ])
        return .init(
            ConfigurationKey.providerSection,
            .object([
                .init("type", .text("object")),
                .init("properties", .object([comment])),
                .init("patternProperties", .object([.init("^[a-z][a-z0-9]{0,31}$", provider)])),
                .init("additionalProperties", .flag(false)),
            ]))
    }

    private static func sections(_ value: (ConfigurationKey) -> JSONValue) -> JSONValue {
        .object(
            names().map { section in
                .init(section, .object(keys(of: section).map { .init($0.lastName, value($0)) }))
            })
    }

    /// The objects of a file, in the order of the keys.
    private static func names() -> [String] {
        var names: [String] = []
        for key in ConfigurationKey.all where !names.contains(key.section) { names.append(key.section) }
        return names
    }

    private static func keys(of section: String) -> [ConfigurationKey] {
        ConfigurationKey.all.filter { $0.section == section }
    }
}

extension ConfigurationKey {
    var section: String { String(path.prefix { $0 != "." }) }
    var lastName: String { path.split(separator: ".").last.map(String.init) ?? path }

    fileprivate var schemaMember: JSONValue.Member {
        var members: [JSONValue.Member] = []
        switch rule {
        case .integer(let range):
            members.append(.init("type", .text("integer")))
            members.append(.init("minimum", .integer(range.lowerBound)))
            members.append(.init("maximum", .integer(range.upperBound)))
        case .flag:
            members.append(.init("type", .text("boolean")))
        case .choice(let choices):
            members.append(.init("enum", .list(choices.map(JSONValue.text))))
        case .text:
            members.append(.init("type", .text("string")))
        }
        members.append(.init("default", read(.standard).json))
        members.append(.init("description", .text("\(summary) Environment: \(environmentName).")))
        return .init(lastName, .object(members))
    }
}
