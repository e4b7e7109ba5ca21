/// Locks have tiers: holding one, a thread may take only one of a higher tier (docs/locking.md).
enum LockRules {
    struct Lock: Equatable {
        let name: String
        let path: String
        let line: Int
        let tier: Int?
    }

    /// Every lock that a file declares.
    static func locks(in file: SourceFile) -> [Lock] {
        guard file.path.hasPrefix("Sources/") else { return [] }
        let tokens = file.code.tokens
        return tokens.indices.compactMap { index in
            guard ["let", "var"].contains(tokens[index].text), index + 3 < tokens.count else { return nil }
            // `let state: Mutex<…>`, `let state = Mutex(…)`
            guard [":", "="].contains(tokens[index + 2].text), tokens[index + 3].text == "Mutex" else {
                return nil
            }
            let line = tokens[index].line
            return Lock(
                name: tokens[index + 1].text, path: file.path, line: line, tier: tier(at: line, in: file))
        }
    }

    /// The row of docs/locking.md that a lock must have.
    static func row(of lock: Lock) -> String {
        "| \(lock.tier ?? 0) | `\(lock.name)` | `\(lock.path)` |"
    }

    /// Rows that the document lacks, and rows of the document for which there is no lock.
    static func differences(of document: SourceFile, from locks: [Lock]) -> [String] {
        let wanted = Set(locks.map(row))
        let found = Set(document.lines.filter { $0.hasSuffix(".swift` |") })
        return wanted.subtracting(found).sorted().map { "missing: \($0)" }
            + found.subtracting(wanted).sorted().map { "no such lock: \($0)" }
    }

    static func untiered(in file: SourceFile) -> [Finding] {
        let declared = locks(in: file)
        let unnamed = declared.filter { $0.tier == nil }.map {
            Finding(file, $0.line, "`\($0.name)` has no `// Lock tier`")
        }
        return unnamed + undeclared(in: file, names: Set(declared.map(\.name)))
    }

    /// A lock made elsewhere than in a declaration must be the first value of one: `state = Mutex(…)` in an
    /// `init`.
    private static func undeclared(in file: SourceFile, names: Set<String>) -> [Finding] {
        guard file.path.hasPrefix("Sources/") else { return [] }
        let tokens = file.code.tokens
        return tokens.indices.dropLast().compactMap { index in
            guard tokens[index].text == "Mutex", ["(", "<"].contains(tokens[index + 1].text) else {
                return nil
            }
            let isNamed =
                index > 1 && [":", "="].contains(tokens[index - 1].text)
                && names.contains(tokens[index - 2].text)
            let isTiered = tier(at: tokens[index].line, in: file) != nil
            return isNamed || isTiered
                ? nil : Finding(file, tokens[index].line, "a `Mutex` without `// Lock tier`")
        }
    }

    /// The tier named on the line itself or in the comment directly above it.
    private static func tier(at line: Int, in file: SourceFile) -> Int? {
        var place = line
        repeat {
            let words = (file.code.comments[place] ?? "").split { !($0.isLetter || $0.isNumber) }
            for index in words.indices.dropLast(2) where words[index] == "Lock" && words[index + 1] == "tier"
            {
                return Int(words[index + 2])
            }
            place -= 1
        } while place > 0 && file.lines[place - 1].drop(while: { $0 == " " }).hasPrefix("//")
        return nil
    }
}
