import ArgumentParser
import Chat
import Foundation
import Native
import Security

/// Where a command takes a new password from: a file or the environment, never an argument.
struct PasswordSource: ParsableArguments {
    @Option(help: "A file whose first line is the password. Otherwise SECURECHAT_PASSWORD.")
    var passwordFile: String?

    /// The hash of the password; `nil` when none was given.
    func hash(limits: Limits = .standard) throws -> String? {
        guard let password = try password() else { return nil }
        guard password.count >= limits.passwordLeastCharacters, password.utf8.count <= limits.passwordBytes
        else {
            throw CommandFailure(
                """
                a password has at least \(limits.passwordLeastCharacters) characters and at most \
                \(limits.passwordBytes) bytes
                """
            )
        }
        return PasswordHash(of: password).encoded
    }

    private func password() throws -> String? {
        guard let passwordFile else { return ProcessInfo.processInfo.environment["SECURECHAT_PASSWORD"] }
        let bytes = try Files.read(passwordFile, limit: 4_096)
        let line = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        guard let text = String(validating: line, as: UTF8.self) else {
            throw CommandFailure("\(passwordFile): the password is no UTF-8 text")
        }
        return text
    }
}
