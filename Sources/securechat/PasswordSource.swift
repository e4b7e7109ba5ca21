import ArgumentParser
import Chat
import Security

/// Where administration takes somebody's new password from. Not from the environment: what stands there
/// (`SECURECHAT_PASSWORD`) is the caller's own, for client commands.
struct PasswordSource: ParsableArguments {
    @Option(help: ArgumentHelp("A file whose first line is the password.", valueName: "file"))
    var passwordFile: String?

    /// The hash of the password in the file; `nil` without a file.
    func hash() throws -> String? {
        guard let passwordFile else { return nil }
        return try Self.hash(of: Password.read(file: passwordFile))
    }

    /// The hash of the password in the file, or of one that is asked for.
    func hashOrAsk(for name: String) throws -> String {
        try hash() ?? Self.hash(of: Password.askNew(for: name, otherwise: "--password-file"))
    }

    private static func hash(of password: String, limits: Limits = .standard) throws -> String {
        let common = CommonPasswords.load(leastCharacters: limits.passwordLeastCharacters)
        let rule = PasswordRule(limits: limits, common: common?.list ?? .none)
        if let objection = rule.objection(to: password) { throw CommandFailure(objection) }
        return PasswordHash(of: password).encoded
    }
}
