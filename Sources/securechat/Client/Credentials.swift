import ArgumentParser
import Chat
import Native
import Security
import Wire

/// Who asks, as a client command's options and environment say it.
///
/// What can be found without asking is found at once, and what is wrong with it said before anybody is
/// connected to; only the question for a password waits until the server is trusted.
struct Credentials {
    private static let nameless = "Say what you want to be called: --user NAME, or run this in a terminal."
    private static let otherwise = "--password-file or $SECURECHAT_PASSWORD"

    private enum Secret {
        case token(String)
        case password(String)
        case toBeAsked
        case provider(ProviderCredentials)
    }

    private let name: String?
    private let link: InviteLink?
    private let secret: Secret
    /// Of the second factor; `nil` when none was given.
    private let code: String?

    init(_ options: ConnectionOptions) throws {
        link = try options.parsedLink()
        code = options.code
        name = options.user ?? link?.user
        if let user = options.user, let invited = link?.user,
            Name.uniqueForm(of: user) != Name.uniqueForm(of: invited)
        {
            throw ValidationError("--user is \(user), and the link is for \(invited).")
        }
        if let provider = try ProviderCredentials(options) {
            secret = .provider(provider)
            return
        }
        secret = try Self.secret(passwordFile: options.passwordFile, takesToken: link == nil)
        if case .token = secret { return }
        guard name != nil || link != nil else { throw ValidationError("Say who you are: --user NAME.") }
        if case .toBeAsked = secret { try Password.requireTerminal(otherwise: Self.otherwise) }
        guard name != nil || link?.isForNewcomers != true || Terminal.isThere() else {
            throw ValidationError(Self.nameless)
        }
    }

    private static func secret(passwordFile: String?, takesToken: Bool) throws -> Secret {
        if let passwordFile { return .password(try Password.read(file: passwordFile)) }
        let environment = CurrentProcess.environment
        if takesToken, let token = environment["SECURECHAT_TOKEN"], !token.isEmpty { return .token(token) }
        if let password = environment["SECURECHAT_PASSWORD"], !password.isEmpty { return .password(password) }
        return .toBeAsked
    }

    /// Asks for the password if need be, or has the person log in elsewhere. Blocks.
    /// - Parameter offer: what the server said of identity providers, if it was asked.
    func logins(_ offer: (ProviderOffer, ServerID)?) throws -> [Authentication] {
        let name = try link?.isForNewcomers == true ? name ?? askName() : name
        let password: String
        switch secret {
        case .token(let token): return [.token(token)]
        case .provider(let credentials): return [.provider(try credentials.login(offer))]
        case .password(let given): password = given
        case .toBeAsked:
            password =
                link == nil
                ? try Password.ask(for: name, otherwise: Self.otherwise)
                : try Password.askNew(for: name, otherwise: Self.otherwise)
        }
        if let link, link.isForNewcomers, let name {
            // Also for somebody who became a person by it, and whose answer was lost.
            return [
                .newcomer(token: link.token, name: name, newPassword: password),
                .password(user: name, password: password, code: code),
            ]
        }
        // A link that was used already still leads in, with the password that it set.
        let known = name.map { [Authentication.password(user: $0, password: password, code: code)] } ?? []
        return (link.map { [.invite(token: $0.token, newPassword: password, code: code)] } ?? []) + known
    }

    private func askName() throws -> String {
        guard let terminal = try? Terminal() else { throw ValidationError(Self.nameless) }
        guard case .typed(let line) = try terminal.ask("Your name, as others will see it: "),
            let name = String(validating: line, as: UTF8.self), !name.isEmpty
        else { throw CommandFailure("cancelled") }
        guard Name(name) != nil else { throw CommandFailure("a person's name \(Name.demand)") }
        return name
    }
}
