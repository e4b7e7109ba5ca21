import Foundation

/// One file of the tree: its text, its lines, and for Swift its tokens.
struct SourceFile: Sendable {
    let path: String
    let text: String
    let lines: [String]
    let code: SwiftCode

    init(path: String, text: String) {
        self.path = path
        self.text = text
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        code = path.hasSuffix(".swift") ? SwiftCode(text) : SwiftCode("")
    }

    /// Quick, so that a rule need look at the lines of few files.
    func mentions(_ words: String...) -> Bool {
        let bytes = Data(text.utf8)
        return words.contains { bytes.range(of: Data($0.utf8)) != nil }
    }

    var isSwift: Bool { path.hasSuffix(".swift") }
    var isGenerated: Bool { path.hasSuffix(".pb.swift") }
    var name: String { path.split(separator: "/").last.map(String.init) ?? path }

    /// The target that the file belongs to: `Sources/Wire/Frame.swift` is of `Wire`.
    var target: String {
        let parts = path.split(separator: "/")
        return parts.count > 2 ? String(parts[1]) : ""
    }
}
