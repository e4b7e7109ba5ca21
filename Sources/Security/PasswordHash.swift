import Foundation
import Native

/// A password's scrypt hash with its salt and costs, as it is stored: `$scrypt$ln=15,r=8,p=3$SALT$HASH`.
///
/// Making and verifying take a quarter of a second and 34 MB each: in the hashing lane, never on a loop.
package struct PasswordHash: Hashable, Sendable {
    private static let saltCount = 16
    private static let hashCount = 32

    package let costs: PasswordCosts
    private let salt: [UInt8]
    private let hash: [UInt8]

    private init(costs: PasswordCosts, salt: [UInt8], hash: [UInt8]) {
        self.costs = costs
        self.salt = salt
        self.hash = hash
    }

    /// The hash of a new password, with a salt of its own.
    package init(of password: String, costs: PasswordCosts = .standard) {
        let salt = SecureRandom.bytes(count: Self.saltCount)
        self.init(costs: costs, salt: salt, hash: Self.derive(password, salt, costs))
    }

    /// A hash that no password has: people who do not exist, or have no password yet, are checked against it,
    /// so that the time it takes does not tell who exists.
    package static func decoy(costs: PasswordCosts = .standard) -> PasswordHash {
        PasswordHash(
            costs: costs, salt: SecureRandom.bytes(count: saltCount),
            hash: SecureRandom.bytes(count: hashCount))
    }

    /// In a time that does not depend on how much of the hash is right.
    package func verify(_ password: String) -> Bool {
        constantTimeEqual(Self.derive(password, salt, costs).span, hash.span)
    }

    /// Whether it was made at less than today's costs: then it is made anew at the next login, the only
    /// moment when the password is known. One that cost more stays: costs are raised, never lowered.
    package func needsRehash(costs: PasswordCosts = .standard) -> Bool { self.costs.isLess(than: costs) }

    private static func derive(_ password: String, _ salt: [UInt8], _ costs: PasswordCosts) -> [UInt8] {
        do {
            return try Scrypt.derive(
                password: Array(prepared(password).utf8).span, salt: salt.span, logN: costs.logN, r: costs.r,
                p: costs.p, count: hashCount)
        } catch {
            preconditionFailure("PasswordHash: costs within bounds were refused: \(error)")
        }
    }

    /// The OpaqueString profile (RFC 8265, section 4.2): any blank is a space, and composed characters are
    /// one thing however the keyboard made them.
    static func prepared(_ password: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in password.unicodeScalars {
            scalars.append(scalar.properties.generalCategory == .spaceSeparator ? " " : scalar)
        }
        return String(scalars).precomposedStringWithCanonicalMapping
    }
}

// MARK: - As text

extension PasswordHash {
    package var encoded: String {
        "$scrypt$\(costs)$\(Base64.standard.encode(salt))$\(Base64.standard.encode(hash))"
    }

    /// `nil` for anything that `encoded` never is.
    package init?(encoded: String) {
        guard encoded.utf8.count <= 256 else { return nil }
        let parts = encoded.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0].isEmpty, parts[1] == "scrypt",
            let costs = PasswordCosts(text: parts[2]),
            let salt = Base64.standard.decode(parts[3]), salt.count == Self.saltCount,
            let hash = Base64.standard.decode(parts[4]), hash.count == Self.hashCount
        else { return nil }
        self.init(costs: costs, salt: salt, hash: hash)
    }
}
