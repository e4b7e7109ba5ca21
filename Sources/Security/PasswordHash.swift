import Foundation
import Native

/// A password's scrypt hash with its salt and costs, as it is stored: `$scrypt$ln=15,r=8,p=3$SALT$HASH`.
///
/// Making and verifying take a quarter of a second and 34 MB each: in the hashing lane, never on a loop.
package struct PasswordHash: Hashable, Sendable {
    /// What computing it costs: N = 2^`logN` (RFC 7914).
    package struct Costs: Hashable, Sendable {
        package let logN: Int
        package let r: Int
        package let p: Int

        /// One of the equivalents that OWASP's Password Storage Cheat Sheet gives, and the one that fits a
        /// small host.
        package static let standard = Costs(logN: 15, r: 8, p: 3)

        /// Refuses costs that a damaged or hostile entry could ruin us by: the memory is 128 · r · 2^logN
        /// bytes.
        package init?(logN: Int, blockSize r: Int, parallelism p: Int) {
            guard (1...17).contains(logN), (1...16).contains(r), (1...16).contains(p) else { return nil }
            self.init(logN: logN, r: r, p: p)
        }

        private init(logN: Int, r: Int, p: Int) {
            self.logN = logN
            self.r = r
            self.p = p
        }
    }

    private static let saltCount = 16
    private static let hashCount = 32

    package let costs: Costs
    private let salt: [UInt8]
    private let hash: [UInt8]

    private init(costs: Costs, salt: [UInt8], hash: [UInt8]) {
        self.costs = costs
        self.salt = salt
        self.hash = hash
    }

    /// The hash of a new password, with a salt of its own.
    package init(of password: String, costs: Costs = .standard) {
        let salt = SecureRandom.bytes(count: Self.saltCount)
        self.init(costs: costs, salt: salt, hash: Self.derive(password, salt, costs))
    }

    /// A hash that no password has: people who do not exist, or have no password yet, are checked against it,
    /// so that the time it takes does not tell who exists.
    package static func decoy(costs: Costs = .standard) -> PasswordHash {
        PasswordHash(
            costs: costs, salt: SecureRandom.bytes(count: saltCount),
            hash: SecureRandom.bytes(count: hashCount))
    }

    /// In a time that does not depend on how much of the hash is right.
    package func verify(_ password: String) -> Bool {
        constantTimeEqual(Self.derive(password, salt, costs).span, hash.span)
    }

    /// Whether it was made with other costs than are asked for today: then it is made anew at the next login,
    /// the only moment when the password is known.
    package func needsRehash(costs: Costs = .standard) -> Bool { self.costs != costs }

    private static func derive(_ password: String, _ salt: [UInt8], _ costs: Costs) -> [UInt8] {
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
        let fields = "ln=\(costs.logN),r=\(costs.r),p=\(costs.p)"
        return "$scrypt$\(fields)$\(Base64.standard.encode(salt))$\(Base64.standard.encode(hash))"
    }

    /// `nil` for anything that `encoded` never is.
    package init?(encoded: String) {
        guard encoded.utf8.count <= 256 else { return nil }
        let parts = encoded.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0].isEmpty, parts[1] == "scrypt", let costs = Costs(encoded: parts[2]),
            let salt = Base64.standard.decode(parts[3]), salt.count == Self.saltCount,
            let hash = Base64.standard.decode(parts[4]), hash.count == Self.hashCount
        else { return nil }
        self.init(costs: costs, salt: salt, hash: hash)
    }
}

extension PasswordHash.Costs {
    fileprivate init?(encoded: Substring) {
        let fields = encoded.split(separator: ",", omittingEmptySubsequences: false)
        let names = ["ln=", "r=", "p="]
        guard fields.count == names.count else { return nil }
        var numbers: [Int] = []
        for (field, name) in zip(fields, names) {
            let digits = field.dropFirst(name.count)
            guard field.hasPrefix(name), digits.first?.isNumber == true, let number = Int(digits) else {
                return nil
            }
            numbers.append(number)
        }
        self.init(logN: numbers[0], blockSize: numbers[1], parallelism: numbers[2])
    }
}
