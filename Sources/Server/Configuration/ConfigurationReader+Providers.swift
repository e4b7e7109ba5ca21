import Chat
import Native
import Security

/// Identity providers: an object of objects, by the names that the operator gives them.
extension ConfigurationReader {
    /// A provider's token names many groups; who logs in may send that much before anybody knows who it is.
    private static let frameBytes = 20 * 1_024

    mutating func applyProviders(_ value: JSONValue, _ document: JSONReader.Document, of file: File) {
        let section = ConfigurationKey.providerSection
        guard case .object(let providers) = value else {
            return refuse(
                .file(name: file.name, line: document.lines[section] ?? 0), section, value.encoded(),
                "it is \(value.kindName)", "Write an object: {\"\(section)\": {\"NAME\": {…}}}")
        }
        for provider in providers where !isComment(provider, isTop: false) {
            let path = "\(section).\(provider.name)"
            let origin = ConfigurationOrigin.file(name: file.name, line: document.lines[path] ?? 0)
            guard ProviderSettings.isName(provider.name), case .object(let members) = provider.value else {
                refuse(
                    origin, path, provider.value.encoded(), "it is no provider",
                    "Name it by small letters and digits, and write an object: {\"issuer\": \"https://…\"}")
                continue
            }
            let keys = members.filter { !isComment($0, isTop: false) }
            if keys.isEmpty {
                refuse(
                    origin, path, provider.value.encoded(), "it says nothing",
                    "Write its issuer and client, or remove it")
            }
            for member in keys {
                let key = "\(path).\(member.name)"
                apply(
                    member.value, to: key,
                    from: .file(name: file.name, line: document.lines[key] ?? 0))
            }
        }
    }

    mutating func makeRoomForTokens() {
        guard !configuration.providers.isEmpty else { return }
        configuration.limits.frameBytesBeforeAuthentication = Self.frameBytes
    }

    /// What one provider says must go together, and what several say must differ.
    mutating func judgeProviders(_ setting: Setting) {
        let providers = configuration.providers
        guard providers.isEmpty || setting.traits.contains(.oidc) else { return refuseProviders() }
        if providers.count > ProviderSettings.most {
            refuse(
                .standard, ConfigurationKey.providerSection, String(providers.count),
                "there are at most \(ProviderSettings.most) providers", "Remove some")
        }
        for (place, provider) in providers.enumerated() {
            let path = "\(ConfigurationKey.providerSection).\(provider.name)"
            if provider.client.isEmpty {
                refuseCombination("\(path).client", "\"\"", "a provider has a client", "Write it")
            }
            if provider.address == nil {
                refuseCombination(
                    "\(path).issuer", JSONValue.text(provider.issuer).encoded(),
                    "a provider has an issuer, and is reached by https", "Write it as its tokens have it")
            }
            if !provider.audience.isEmpty, provider.audience == provider.client {
                refuseCombination(
                    "\(path).audience", JSONValue.text(provider.audience).encoded(),
                    "with the client as audience every ID token would pass for an access token",
                    "Give access tokens an audience of their own")
            }
            if providers[..<place].contains(where: { $0.issuer == provider.issuer }) {
                refuseCombination(
                    "\(path).issuer", JSONValue.text(provider.issuer).encoded(),
                    "another provider has the same issuer", "Keep one of the two")
            }
        }
    }
    /// Of each provider one key, where it stands.
    private mutating func refuseProviders() {
        for provider in configuration.providers {
            let given = ConfigurationKey.ofProvider(provider.name).filter { isGiven($0.path) }
            for key in given.prefix(1) {
                refuseCombination(
                    key.path, key.read(configuration).json.encoded(),
                    "this build has no \(Trait.oidc.rawValue), by which providers are asked",
                    "Use a build made with --traits \(Trait.oidc.rawValue), or remove the provider")
            }
        }
    }
}
