/// In the targets where threads meet, a type says whose it is.
enum ThreadRules {
    /// Types of the outermost level whose comment names no thread or loop, nor calls them values.
    /// An enumeration is a value by nature, and so is a structure that is Sendable or compared.
    static func unstated(in file: SourceFile) -> [Finding] {
        guard ["Reactor", "Server"].contains(file.target), file.path.hasPrefix("Sources/") else { return [] }
        let tokens = file.code.tokens
        var depth = 0
        return tokens.indices.dropLast().compactMap { index in
            let token = tokens[index]
            if token.text == "{" { depth += 1 }
            if token.text == "}" { depth -= 1 }
            guard depth == 0, ["struct", "class", "actor", "protocol"].contains(token.text) else {
                return nil
            }
            // `import struct X.Y` declares nothing, and what is private to a file is read beside its owner.
            let before = tokens[max(0, index - 3)..<index].map(\.text)
            guard !before.contains("import"), !before.contains("private") else { return nil }
            let isValue = token.text == "struct" && isDeclaredValue(after: index, in: tokens)
            let comment = comment(above: token.line, in: file).lowercased()
            let words = ["thread", "loop", "sequencer", "value", "immutable"]
            return isValue || words.contains { comment.contains($0) }
                ? nil
                : Finding(file, token.line, "`\(tokens[index + 1].text)` does not say whose thread uses it")
        }
    }

    private static func isDeclaredValue(after index: Int, in tokens: [SwiftCode.Token]) -> Bool {
        tokens[index...].prefix { $0.text != "{" }.contains {
            ["Sendable", "Hashable", "Equatable", "Error"].contains($0.text)
        }
    }

    private static func comment(above line: Int, in file: SourceFile) -> String {
        var text = ""
        var place = line - 1
        while place > 0 {
            let content = file.lines[place - 1].drop { $0 == " " }
            guard content.hasPrefix("//") || content.hasPrefix("@") else { break }
            text = content + " " + text
            place -= 1
        }
        return text
    }
}
