/// What the package's manifest says, read from its text: the targets, what each depends on, how it is built.
struct Manifest {
    struct Target {
        let name: String
        let line: Int
        /// Tests, and the programs that live beside them: benchmarks, the simulator.
        let isTest: Bool
        let isSystemLibrary: Bool
        /// Names of targets as written, and names of the manifest's own constants for products (lower case).
        let dependencies: [String]
        let settings: String
    }

    private(set) var targets: [Target] = []
    private let file: SourceFile

    init(_ file: SourceFile) {
        self.file = file
        let kinds = [".target(", ".executableTarget(", ".testTarget(", ".systemLibrary("]
        var start = 0
        let bytes = Array(file.text.utf8)
        while let (place, kind) = kinds.compactMap({ kind in
            bytes.place(of: kind, from: start).map { ($0, kind) }
        })
        .min(by: { $0.0 < $1.0 }) {
            let body = Self.call(in: bytes, from: place + kind.utf8.count)
            start = place + kind.utf8.count
            guard let name = Self.strings(in: Self.argument("name:", of: body)).first else { continue }
            targets.append(
                Target(
                    name: name,
                    line: bytes[..<place].count { $0 == UInt8(ascii: "\n") } + 1,
                    isTest: kind == ".testTarget(" || body.contains("path: \"Tests/"),
                    isSystemLibrary: kind == ".systemLibrary(",
                    dependencies: Self.words(in: Self.argument("dependencies:", of: body)),
                    settings: Self.argument("swiftSettings:", of: body)))
        }
    }

    /// Every dependency is pinned to one version: a build next year is the build of today.
    static func unpinned(in file: SourceFile) -> [Finding] {
        file.lines.enumerated().compactMap { index, line in
            let isDependency = line.contains(".package(url:") || line.contains(".package(path:")
            return isDependency && !line.contains("exact: \"")
                ? Finding(file, index + 1, "not pinned with exact:") : nil
        }
    }

    /// Strict memory safety and warnings as errors, in every target but `Native` and its tests.
    static func lax(in file: SourceFile) -> [Finding] {
        var findings = Manifest(file).targets.compactMap { target in
            let isHeld = target.settings.contains("house") || target.isSystemLibrary
            return isHeld || target.name == "Native"
                ? nil : Finding(file, target.line, "`\(target.name)` is not built as house")
        }
        for setting in [".strictMemorySafety()", ".treatAllWarnings(as: .error)"]
        where !file.text.contains(setting) {
            findings.append(Finding(file, 0, "`\(setting)` is gone"))
        }
        return findings
    }

    /// The text from an open parenthesis to the one that closes it.
    private static func call(in bytes: [UInt8], from start: Int) -> String {
        var depth = 1
        var end = start
        while end < bytes.count {
            if bytes[end] == UInt8(ascii: "(") { depth += 1 }
            if bytes[end] == UInt8(ascii: ")") { depth -= 1 }
            if depth == 0 { break }
            end += 1
        }
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    /// The text of one argument: to the comma or the end, brackets balanced.
    private static func argument(_ label: String, of call: String) -> String {
        let bytes = Array(call.utf8)
        guard let place = bytes.place(of: label) else { return "" }
        var depth = 0
        var end = place + label.utf8.count
        let start = end
        while end < bytes.count {
            let byte = bytes[end]
            if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "(") { depth += 1 }
            if byte == UInt8(ascii: "]") || byte == UInt8(ascii: ")") { depth -= 1 }
            if byte == UInt8(ascii: ","), depth == 0 { break }
            end += 1
        }
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    private static func strings(in text: String) -> [String] {
        text.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
            .compactMap { $0.offset % 2 == 1 ? String($0.element) : nil }
    }

    /// Names in quotes and bare constants, without punctuation.
    private static func words(in text: String) -> [String] {
        text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
    }
}
