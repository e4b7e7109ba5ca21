import ArgumentParser
import Chat
import Client
import Server

extension UserCommand {
    /// `securechat user token`: what a program logs in by.
    struct Token: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a key for a program (SECURECHAT_TOKEN).",
            discussion: """
                What a key may be used for: \(Scopes.ofKeys.names.joined(separator: ", ")). `user sessions` \
                lists it, `user revoke` ends it at once, with its connections.
                """)
        @Argument var name: String
        @Option(help: "What to call it in the list of sessions.") var label = ""
        @Option(
            help: ArgumentHelp(
                """
                What it may be used for; as often as needed. \
                (default: \(Scopes.usual.names.joined(separator: ", ")))
                """))
        var scope: [String] = []
        @Option(help: "For how long: \(Duration.typedForms). (default: 90d)") var expires: DurationArgument?
        @OptionGroup var server: ServerOptions
        @Flag(help: "Print JSON.") var json = false

        func validate() throws {
            for name in scope where Scopes(keyScope: name) == nil {
                let names = Scopes.ofKeys.names.joined(separator: ", ")
                throw ValidationError("'\(name)' is no scope; there are \(names).")
            }
        }

        func run() throws {
            let response = try Administrator(options: server).perform(
                .token(
                    person: name, name: label, scopes: scope.isEmpty ? nil : scope,
                    seconds: expires?.seconds))
            guard case .secret(let token, let expiresAt) = response else { return }
            try Output(json: json).show(secret: token, named: "token", expiresAt: expiresAt)
        }
    }
}
