import Chat
import Security
import Testing

@testable import Server

/// Providers in the file and in the environment.
@Suite struct ProviderConfigurationTests {
    private func read(_ text: String, _ environment: [String: String] = [:]) -> ConfigurationReader.Outcome {
        ConfigurationReader.read(
            file: .init(name: "config.json", bytes: Array(text.utf8)), environment: environment)
    }

    private func problems(_ text: String) -> [String] {
        guard case .refused(let problems) = read(text) else { return [] }
        return problems.map(\.description)
    }

    private let good = #""issuer": "https://login.example.org/x", "client": "chat""#

    @Test func fileAndEnvironmentGoTogether() throws {
        let outcome = read(
            #"{"oidc": {"corp": {\#(good), "create": true}}}"#,
            ["SECURECHAT_OIDC_CORP_CREATE": "false", "SECURECHAT_OIDC_CORP_ADMINISTRATORS": "keepers"])
        guard case .accepted(let effective) = outcome else {
            Issue.record("refused: \(outcome)")
            return
        }
        let provider = try #require(effective.configuration.providers.first)
        #expect(provider.name == "corp" && provider.client == "chat" && provider.requiresNonce)
        #expect(!provider.createsPeople && provider.administratorsGroup == "keepers")
        #expect(effective.configuration.limits.frameBytesBeforeAuthentication == 20 * 1_024)
        #expect(effective.table().contains("oidc.corp.issuer"))
    }

    @Test func withoutProvidersNothingIsWider() {
        guard case .accepted(let effective) = read("{}") else { return #expect(Bool(false)) }
        #expect(effective.configuration == .standard)
    }

    @Test(arguments: [
        (#"{"oidc": 1}"#, "Write an object"),
        (#"{"oidc": {"Corp": {}}}"#, "it is no provider"),
        (#"{"oidc": {"corp": {"$comment": "later"}}}"#, "it says nothing"),
        (#"{"oidc": {"corp": {"isuer": "x"}}}"#, "Did you mean oidc.corp.issuer?"),
        (#"{"oidc": {"corp": {"issuer": "https://a.example?x", "client": "c"}}}"#, "without a query"),
        (#"{"oidc": {"corp": {"issuer": "http://a.example", "client": "c"}}}"#, "reached by https"),
        (#"{"oidc": {"corp": {"issuer": "https://a.example"}}}"#, "a provider has a client"),
        (#"{"oidc": {"corp": {"client": "c"}}}"#, "a provider has an issuer"),
        (
            #"{"oidc": {"a": {"issuer": "https://a.example", "client": "c", "audience": "c"}}}"#,
            "an audience of their own"
        ),
        (
            #"{"oidc": {"a": {"issuer": "https://a.example", "client": "c"},"#
                + #" "b": {"issuer": "https://a.example", "client": "d"}}}"#, "the same issuer"
        ),
    ])
    func whatCannotStand(text: String, words: String) {
        #expect(problems(text).contains { $0.contains(words) }, "\(problems(text))")
    }

    @Test("A build without OIDC refuses every provider, where it stands")
    func withoutTheTraitThereAreNone() {
        func read(_ text: String, _ environment: [String: String]) -> [String] {
            let outcome = ConfigurationReader.read(
                file: .init(name: "config.json", bytes: Array(text.utf8)), environment: environment,
                setting: .init(traits: []))
            guard case .refused(let problems) = outcome else { return [] }
            return problems.map(\.description)
        }
        let reason = "this build has no OIDC, by which providers are asked"
        let mend = "Use a build made with --traits OIDC, or remove the provider."
        #expect(
            read("{\"oidc\": {\n\"corp\": {\(good)}}}", ["SECURECHAT_OIDC_OWN_CLIENT": "chat"]) == [
                "config.json:2: oidc.corp.issuer is \"https://login.example.org/x\": \(reason). \(mend)",
                "environment SECURECHAT_OIDC_OWN_CLIENT: oidc.own.client is \"chat\": \(reason). \(mend)",
            ])
        #expect(read("{}", [:]) == [])
    }

    @Test func thereAreAtMostEight() {
        let providers = (0..<9).map { #""p\#($0)": {"issuer": "https://a\#($0).example", "client": "c"}"# }
        #expect(
            problems(#"{"oidc": {\#(providers.joined(separator: ", "))}}"#).contains {
                $0.contains("at most 8")
            })
    }
}
