import ArgumentParser
import Chat
import Security
import Server

/// Where administration takes somebody's new password from. Not from the environment: what stands there
/// (`SECURECHAT_PASSWORD`) is the caller's own, for client commands.
struct PasswordSource: ParsableArguments {
    @Option(help: ArgumentHelp("A file whose first line is the password.", valueName: "file"))
    var passwordFile: String?

    /// The hash of the password in the file, at the costs of the server that it is for; `nil` without a file.
    func hash(for server: ServerOptions) throws -> String? {
        guard let passwordFile else { return nil }
        return try Self.hash(of: Password.read(file: passwordFile), for: server)
    }

    /// The hash of the password in the file, or of one that is asked for.
    func hashOrAsk(for name: String, _ server: ServerOptions) throws -> String {
        if let hash = try hash(for: server) { return hash }
        return try Self.hash(of: Password.askNew(for: name, otherwise: "--password-file"), for: server)
    }

    private static func hash(
        of password: String, for server: ServerOptions, limits: Limits = .standard
    ) throws -> String {
        let common = CommonPasswords.load(leastCharacters: limits.passwordLeastCharacters)
        let rule = PasswordRule(limits: limits, common: common?.list ?? .none)
        if let objection = rule.objection(to: password) { throw CommandFailure(objection) }
        return PasswordHash(of: password, costs: try server.directory.readMarker().passwordCosts).encoded
    }
}
