import Foundation
import Testing

/// docs/architecture.md and docs/guarantees.md name types and functions: each must exist.
@Suite struct ArchitectureTests {
    private let tree = SourceTree.current

    @Test(arguments: ["docs/architecture.md", "docs/guarantees.md"])
    func everythingThatThePageNamesExists(page: String) throws {
        let text = try #require(tree.files.first { $0.path == page }?.text)
        let missing = Self.names(in: text).filter { !exists($0) }
        #expect(missing.isEmpty, "\(page) names what is not there")
    }

    @Test func theMessagePathIsNamedStepByStep() throws {
        let text = try #require(tree.files.first { $0.path == "docs/architecture.md" }?.text)
        #expect(Self.names(in: text).filter { $0.contains(".") }.count >= 15)
    }

    @Test(arguments: ["Channel.fly", "Submarine", "Sequencer.takes", "Sources/Chat/Rules/Limit.swift"])
    func whatDoesNotExistIsMissed(name: String) {
        #expect(!exists(name))
    }

    /// What stands between backquotes and reads as a type, a type's member or a path of the tree.
    private static func names(in text: String) -> [String] {
        let quoted = text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
        return quoted.filter { name in
            guard !name.contains(where: { $0.isWhitespace }) else { return false }
            return name.first?.isUppercase == true
        }
    }

    private func exists(_ name: String) -> Bool {
        if name.contains("/") { return tree.paths.contains { $0 == name || $0.hasPrefix(name + "/") } }
        let parts = name.split(separator: ".").map(String.init)
        guard let type = parts.first else { return false }
        let kinds = ["struct", "class", "enum", "protocol", "extension", "typealias"]
        let homes = tree.swift.filter { file in
            file.path.hasPrefix("Sources/") && kinds.contains { file.text.containsWord("\($0) \(type)") }
        }
        guard parts.count == 2 else { return !homes.isEmpty }
        return homes.contains { file in
            ["func", "var", "let", "case", "init"].contains { file.text.containsWord("\($0) \(parts[1])") }
        }
    }
}

extension String {
    /// Whether the words stand here and end here: `func read` is not found in `func readable`.
    fileprivate func containsWord(_ words: String) -> Bool {
        var rest = self[...]
        while let range = rest.range(of: words) {
            rest = rest[range.upperBound...]
            guard let next = rest.first else { return true }
            if !next.isLetter, !next.isNumber, next != "_" { return true }
        }
        return false
    }
}
