/// How large things may be. No blind zone: what is over a limit is over it, however far.
enum LayoutRules {
    static let lineColumns = 110
    /// For Python and the schema, which no formatter of ours holds.
    static let wideLineColumns = 120
    static let fileLines = 500
    static let functionLines = 70

    static func longLines(in file: SourceFile) -> [Finding] {
        let isWide =
            file.path.hasSuffix(".py") || file.path.hasSuffix(".proto")
            || file.text.hasPrefix("#!/usr/bin/env python3")
        let most = isWide ? wideLineColumns : lineColumns
        return file.lines.enumerated().compactMap { index, line in
            // A line of fewer bytes than the limit cannot have more characters.
            guard line.utf8.count > most, line.count > most else { return nil }
            return Finding(file, index + 1, "line of \(line.count) columns")
        }
    }

    static func longFile(_ file: SourceFile) -> [Finding] {
        let count = file.text.hasSuffix("\n") ? file.lines.count - 1 : file.lines.count
        return count > fileLines ? [Finding(file, 0, "file of \(count) lines")] : []
    }

    static func longFunctions(in file: SourceFile) -> [Finding] {
        functions(in: file.code.tokens).compactMap { function in
            let lines = function.last - function.first + 1
            return lines > functionLines ? Finding(file, function.first, "function of \(lines) lines") : nil
        }
    }

    private static let bodied: Set<String> = ["func", "init", "deinit", "subscript", "var"]
    /// What may open the next declaration, so that a bodiless one is seen to have ended.
    private static let others: Set<String> = [
        "struct", "class", "enum", "actor", "protocol", "extension", "let", "case", "typealias", "import",
        "@", "#",
        "public", "package", "internal", "fileprivate", "private", "static", "final", "mutating", "override",
        "lazy",
        "weak", "required", "convenience", "indirect", "consuming", "borrowing", "nonisolated",
        "associatedtype",
    ]

    /// First and last line of everything with a body of its own: functions, initialisers, computed
    /// properties.
    private static func functions(in tokens: [SwiftCode.Token]) -> [(first: Int, last: Int)] {
        var found: [(Int, Int)] = []
        for (index, token) in tokens.enumerated() where bodied.contains(token.text) {
            let isUse = index > 0 && tokens[index - 1].text == "."
            guard !isUse, let open = bodyStart(after: index, in: tokens) else { continue }
            var depth = 0
            for place in open..<tokens.count {
                if tokens[place].text == "{" { depth += 1 }
                if tokens[place].text == "}" { depth -= 1 }
                if depth == 0 {
                    found.append((token.line, tokens[place].line))
                    break
                }
            }
        }
        return found
    }

    /// The brace that opens the body, or nothing for a requirement of a protocol and a stored property.
    private static func bodyStart(after index: Int, in tokens: [SwiftCode.Token]) -> Int? {
        var depth = 0
        for place in (index + 1)..<max(index + 1, tokens.count) {
            let token = tokens[place]
            switch token.text {
            case "(", "[": depth += 1
            case ")", "]": depth -= 1
            case "{" where depth == 0: return place
            case "}" where depth == 0: return nil
            case _ where depth < 0: return nil
            case let word
            where depth == 0 && (bodied.contains(word) || others.contains(word)) && token.opensLine:
                return nil
            default: break
            }
        }
        return nil
    }
}
