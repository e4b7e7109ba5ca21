import Testing

/// One rule of the house: a function over a file's text, with a text that breaks it and one that does not.
struct Rule: Sendable, CustomTestStringConvertible {
    let name: String
    let scope: Scope
    let bad: [Sample]
    let good: [Sample]
    let check: @Sendable (SourceFile) -> [Finding]

    enum Scope: Sendable { case swift, manifest, everything, text }

    struct Sample: Sendable {
        let path: String
        let text: String

        init(_ text: String, in path: String = "Sources/Server/Sample.swift") {
            self.path = path
            self.text = text
        }

        var file: SourceFile { SourceFile(path: path, text: text) }
    }

    var testDescription: String { name }

    func findings(in tree: SourceTree) -> [Finding] {
        let files =
            switch scope {
            case .swift: tree.swift
            case .manifest: [tree.file("Package.swift")]
            case .everything: tree.files.filter { !$0.isGenerated }
            case .text:
                tree.files.filter {
                    !$0.isGenerated && !$0.path.hasSuffix(".md") && !$0.path.hasSuffix(".json")
                }
            }
        return files.flatMap(check)
    }
}
