package import Security

/// The keys of an identity provider: `oidc.NAME.issuer` and the others, with a name that the operator
/// chooses.
extension ConfigurationKey {
    package static let providerSection = "oidc"

    /// All keys of the providers of a configuration, after those that are always there.
    package static func all(of configuration: Configuration) -> [ConfigurationKey] {
        all + configuration.providers.flatMap { ofProvider($0.name) }
    }

    /// The key of `oidc.NAME.KEY`; `nil` for another path, and for a name that is none.
    static func ofProviders(in path: String) -> ConfigurationKey? {
        let words = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard words.count == 3, words[0] == providerSection, ProviderSettings.isName(words[1]) else {
            return nil
        }
        return ofProvider(words[1]).first { $0.path == path }
    }

    /// The key of `SECURECHAT_OIDC_NAME_KEY`.
    static func ofProviders(variable name: String) -> ConfigurationKey? {
        let path = name.dropFirst(environmentPrefix.count).lowercased().replacing("_", with: ".")
        return ofProviders(in: path)
    }

    package static func ofProvider(_ name: String) -> [ConfigurationKey] {
        [
            text(
                name, "issuer", .issuer, \.issuer,
                "Who it is, exactly as its tokens say it: https://HOST/PATH. Needed."),
            text(name, "client", .line, \.client, "What this server is called at the provider. Needed."),
            text(name, "scopes", .line, \.scopes, "What clients ask the provider for, with blanks between."),
            text(
                name, "audience", .line, \.audience,
                "The audience of access tokens that are let in; not the client. Empty: none are."),
            text(
                name, "groups", .line, \.groupsClaim,
                "The claim that has a person's groups; dots lead into objects."),
            text(
                name, "people", .line, \.peopleGroup,
                "The group whose members may log in. Empty: everybody the provider vouches for."),
            text(
                name, "administrators", .line, \.administratorsGroup,
                "The group whose members are administrators, and others none. Empty: it is not asked."),
            text(name, "name", .line, \.nameClaim, "The claim that a new person is named by."),
            flag(
                name, "create", \.createsPeople,
                "Whether somebody whom nobody has linked becomes a new person."),
            flag(
                name, "nonce", \.requiresNonce,
                "Whether ID tokens must carry this login's nonce. false: device logins may lack it."),
            text(
                name, "ca", .pathOrEmpty, \.authorities,
                "A file of the authorities (PEM) that vouch for the provider. Empty: the machine's."),
            flag(
                name, "loopback", \.allowsLoopback,
                "For tests: the provider may be on this machine, and without TLS."),
        ]
    }

    private typealias Field<Value> = any WritableKeyPath<ProviderSettings, Value> & Sendable

    private static func text(
        _ name: String, _ key: String, _ rule: TextRule, _ field: Field<String>, _ summary: String
    ) -> Self {
        Self(path: "\(providerSection).\(name).\(key)", rule: .text(rule), summary: summary) {
            .text($0.provider(name)[keyPath: field])
        } write: { configuration, value in
            guard case .text(let text) = value else { preconditionFailure("\(key): not a text") }
            configuration.changeProvider(name) { $0[keyPath: field] = text }
        }
    }

    private static func flag(
        _ name: String, _ key: String, _ field: Field<Bool>, _ summary: String
    ) -> Self {
        Self(path: "\(providerSection).\(name).\(key)", rule: .flag, summary: summary) {
            .flag($0.provider(name)[keyPath: field])
        } write: { configuration, value in
            guard case .flag(let flag) = value else { preconditionFailure("\(key): not a flag") }
            configuration.changeProvider(name) { $0[keyPath: field] = flag }
        }
    }
}

extension Configuration {
    /// With its defaults, if nothing was said of it yet.
    package func provider(_ name: String) -> ProviderSettings {
        providers.first { $0.name == name } ?? ProviderSettings(name: name)
    }

    fileprivate mutating func changeProvider(_ name: String, _ change: (inout ProviderSettings) -> Void) {
        var settings = provider(name)
        change(&settings)
        providers.removeAll { $0.name == name }
        providers.append(settings)
        providers.sort { $0.name < $1.name }
    }
}
