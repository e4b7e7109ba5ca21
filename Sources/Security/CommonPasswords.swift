import Native

/// Passwords that everybody tries first, read from a list that the system has. Immutable; any thread.
package struct CommonPasswords: Sendable {
    /// Where Debian packages put such lists, the better first: `john-data` (passwords as people chose them,
    /// the commonest first), `cracklib-runtime` (words).
    package static let places = ["/usr/share/john/password.lst", "/usr/share/dict/cracklib-small"]
    private static let mostBytes = 4 * 1_024 * 1_024

    package static let none = CommonPasswords(passwords: [])

    private let passwords: Set<String>

    private init(passwords: Set<String>) { self.passwords = passwords }

    /// A password a line; lines that begin with `#!` are about the list. Only what is long enough to be a
    /// password at all is kept.
    package init(list: [UInt8], leastCharacters: Int) {
        var kept: Set<String> = []
        for line in list.split(separator: UInt8(ascii: "\n")) where !line.starts(with: Array("#!".utf8)) {
            let end = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            let text = String(decoding: end, as: UTF8.self)
            if text.count >= leastCharacters { kept.insert(Self.compared(text)) }
        }
        self.init(passwords: kept)
    }

    /// The first of `places` that can be read, and its path; `nil` when there is none.
    package static func load(
        from places: [String] = places, leastCharacters: Int
    ) -> (list: CommonPasswords, path: String)? {
        for path in places {
            guard let bytes = try? Files.read(path, limit: mostBytes) else { continue }
            return (CommonPasswords(list: bytes, leastCharacters: leastCharacters), path)
        }
        return nil
    }

    package var count: Int { passwords.count }

    /// Whether it stands on the list, whatever its case, and with digits or signs behind it or without.
    package func contains(_ password: String) -> Bool {
        let compared = Self.compared(password)
        if passwords.contains(compared) { return true }
        let stem = compared.reversed().drop { !$0.isLetter }.reversed()
        return passwords.contains(String(stem))
    }

    private static func compared(_ password: String) -> String {
        PasswordHash.prepared(password).lowercased()
    }
}
