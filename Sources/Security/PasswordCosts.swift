/// What computing a password's scrypt hash costs: N = 2^`logN`, `r` and `p` (RFC 7914).
package struct PasswordCosts: Hashable, Sendable {
    package let logN: Int
    package let r: Int
    package let p: Int

    /// One of the equivalents that OWASP's Password Storage Cheat Sheet gives, and the one that fits a small
    /// host: 34 MB. Less is never asked for.
    package static let standard = PasswordCosts(logN: 15, r: 8, p: 3)

    /// What one login may take of a machine's time.
    static let duration = Duration.milliseconds(250)
    private static let mostPasses = 16

    /// Refuses costs that a damaged or hostile entry could ruin us by: the memory is 128 · r · 2^logN bytes.
    package init?(logN: Int, blockSize r: Int, parallelism p: Int) {
        guard (1...17).contains(logN), (1...16).contains(r), (1...Self.mostPasses).contains(p) else {
            return nil
        }
        self.init(logN: logN, r: r, p: p)
    }

    private init(logN: Int, r: Int, p: Int) {
        self.logN = logN
        self.r = r
        self.p = p
    }

    /// For the machine that this runs on: the standard's memory, and as many passes over it as fit into
    /// `duration`, but at least the standard's.
    ///
    /// - Parameter time: how long a hash at such costs takes.
    package static func calibrated(by time: (PasswordCosts) -> Duration) -> PasswordCosts {
        // Twice, for the first also has to be given its memory.
        let measured = max(.milliseconds(1), min(time(standard), time(standard)))
        let passes = Double(standard.p) * (duration / measured)
        return PasswordCosts(
            logN: standard.logN, r: standard.r, p: min(mostPasses, max(standard.p, Int(passes))))
    }

    /// Less of memory or of work.
    package func isLess(than other: PasswordCosts) -> Bool {
        memory < other.memory || memory * p < other.memory * other.p
    }

    /// What a hash at these costs has to be followed by to have cost as much as at `wanted`; `nil` for
    /// nothing.
    func missing(to wanted: PasswordCosts) -> PasswordCosts? {
        guard isLess(than: wanted) else { return nil }
        guard (logN, r) == (wanted.logN, wanted.r), wanted.p > p else { return wanted }
        return PasswordCosts(logN: logN, r: r, p: wanted.p - p)
    }

    private var memory: Int { r << logN }
}

// MARK: - As text

extension PasswordCosts: CustomStringConvertible {
    package var description: String { "ln=\(logN),r=\(r),p=\(p)" }

    /// `nil` for anything that `description` never is.
    package init?(text: Substring) {
        let fields = text.split(separator: ",", omittingEmptySubsequences: false)
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
