import ArgumentParser
import Security
import Server

extension UserCommand {
    /// `securechat user link`: by which identity of a provider's somebody comes in.
    struct Link: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a person in by an identity provider, or with --remove no longer.",
            discussion: "Removing ends the person's sessions and connections.")
        @Argument var name: String
        @Option(help: ArgumentHelp("The provider, as the configuration names it.", valueName: "name"))
        var provider: String
        @Option(help: ArgumentHelp("Whom the provider means: the claim sub of its tokens.", valueName: "sub"))
        var subject: String
        @Flag(help: "Take the link away.") var remove = false
        @OptionGroup var server: ServerOptions

        func run() throws {
            let configuration = try server.effectiveConfiguration().configuration
            guard let settings = configuration.providers.first(where: { $0.name == provider }) else {
                throw CommandFailure("the configuration has no identity provider \(provider)")
            }
            _ = try Administrator(options: server).perform(
                .linkIdentity(
                    person: name, issuer: settings.issuer, subject: subject, isLinked: !remove))
        }
    }
}
