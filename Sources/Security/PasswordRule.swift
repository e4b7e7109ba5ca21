package import Chat

/// What a new password must be, wherever one is set. Immutable; any thread.
package struct PasswordRule: Sendable {
    private let limits: Limits
    private let common: CommonPasswords

    package init(limits: Limits, common: CommonPasswords) {
        self.limits = limits
        self.common = common
    }

    /// What is wrong with it, for a person to read; `nil` when nothing is.
    package func objection(to password: String) -> String? {
        guard password.count >= limits.passwordLeastCharacters, password.utf8.count <= limits.passwordBytes
        else {
            return
                "a password has at least \(limits.passwordLeastCharacters) characters and at most "
                + "\(limits.passwordBytes) bytes"
        }
        guard !common.contains(password) else {
            return "this password is among those that everybody tries first; choose another"
        }
        return nil
    }
}
