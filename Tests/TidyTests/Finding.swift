/// One place that breaks a rule.
struct Finding: Equatable, CustomStringConvertible, Sendable {
    let path: String
    /// From 1; 0 speaks of the whole file.
    let line: Int
    let text: String

    init(_ file: SourceFile, _ line: Int, _ text: String) {
        path = file.path
        self.line = line
        self.text = text
    }

    var description: String { "\(path):\(line): \(text)" }
}
