/// What people take for one another at a glance, and which scripts are written together (Unicode Technical
/// Standard 39). Pure; any thread.
enum Confusables {
    private struct Run {
        let first: UInt32
        let last: UInt32
        let scripts: Set<String>
    }

    /// By letter, in canonical decomposition.
    private static let prototypes = readPrototypes()
    /// By their first letter, in order.
    private static let runs = readRuns()

    /// Scripts that are written together with Han (section 5.1), and the words for what they make together.
    private static let augmentations: [String: Set<String>] = [
        "Hani": ["Hani", "Hanb", "Jpan", "Kore"], "Hira": ["Hira", "Jpan"], "Kana": ["Kana", "Jpan"],
        "Hang": ["Hang", "Kore"], "Bopo": ["Bopo", "Hanb"],
    ]
    private static let shared: Set<String> = ["Zyyy", "Zinh"]

    /// Two names that look alike have the same (section 4), whatever the case of their letters: so each
    /// letter is looked up as it is, and what stands for it once more in lower case.
    static func skeleton(of name: String) -> String {
        prototype(of: prototype(of: name).lowercased())
    }

    private static func prototype(of text: String) -> String {
        var mapped = String.UnicodeScalarView()
        for scalar in Name.decomposed(text).unicodeScalars {
            if let found = prototypes[scalar.value] {
                mapped.append(contentsOf: found)
            } else {
                mapped.append(scalar)
            }
        }
        return Name.decomposed(String(mapped))
    }

    /// Whether its letters are of one script, or of those that Japanese, Korean or Chinese mix with Latin
    /// (section 5.2, "highly restrictive").
    static func isWrittenTogether(_ name: String) -> Bool {
        if name.utf8.allSatisfy({ $0 < 0x80 }) { return true }
        let sets = name.unicodeScalars.compactMap { scripts(of: $0) }
        guard var common = sets.first else { return true }
        for set in sets { common.formIntersection(set) }
        if !common.isEmpty { return true }
        return ["Hanb", "Jpan", "Kore"].contains { writing in
            sets.allSatisfy { $0.contains("Latn") || $0.contains(writing) }
        }
    }

    /// `nil` for what every script shares. A letter that this version has never heard of is of a script of
    /// its own.
    private static func scripts(of scalar: Unicode.Scalar) -> Set<String>? {
        guard let found = run(of: scalar.value)?.scripts else { return ["Zzzz"] }
        guard found.isDisjoint(with: shared) else { return nil }
        return found.reduce(into: []) { $0.formUnion(augmentations[$1] ?? [$1]) }
    }

    private static func run(of letter: UInt32) -> Run? {
        var (low, high) = (0, runs.count)
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].last < letter { low = middle + 1 } else { high = middle }
        }
        return low < runs.count && runs[low].first <= letter ? runs[low] : nil
    }

    // MARK: the tables

    private static func readPrototypes() -> [UInt32: [Unicode.Scalar]] {
        var found: [UInt32: [Unicode.Scalar]] = [:]
        var letter: UInt32 = 0
        for token in ConfusableData.prototypes.split(separator: " ") {
            let parts = token.split(separator: ":")
            letter += number(parts[0])
            found[letter] = parts[1].split(separator: ",").compactMap { Unicode.Scalar(number($0)) }
        }
        return found
    }

    private static func readRuns() -> [Run] {
        let kinds = ConfusableData.scripts.split(separator: ";").map { kind in
            Set(kind.split(separator: " ").map(String.init))
        }
        var first: UInt32 = 0
        return ConfusableData.runs.split(separator: " ").map { token in
            let parts = token.split { $0 == "+" || $0 == ":" }
            first += number(parts[0])
            return Run(first: first, last: first + number(parts[1]), scripts: kinds[Int(number(parts[2]))])
        }
    }

    private static func number(_ text: Substring) -> UInt32 {
        guard let number = UInt32(text, radix: 36) else {
            preconditionFailure("ConfusableData: \(text) is no number of base 36")
        }
        return number
    }
}
