/// What may stand in the tree at all.
enum TreeRules {
    static let house: Set<String> = [
        "Package.swift", "Sources", "Tests", "packaging", "Config", "docs", "README.md",
    ]

    static func strangers(inTop names: [String]) -> [String] {
        names.filter { !house.contains($0) && !$0.hasPrefix(".") }
    }

    static func missing(inTop names: [String]) -> [String] {
        house.filter { !names.contains($0) }.sorted()
    }

    /// C modules are maps and inline shims; code is Swift.
    static func compiledC(among paths: [String]) -> [String] {
        paths.filter { path in
            [".c", ".cc", ".cpp", ".cxx", ".m", ".mm", ".s", ".S"].contains(where: path.hasSuffix)
        }
    }

    /// Every build folder and the resolved versions stay out of the repository.
    static func notIgnored(by ignore: SourceFile) -> [String] {
        [".build*/", ".swiftpm/", "Package.resolved", "__pycache__/"].filter { !ignore.lines.contains($0) }
    }

    /// A path of the machine that somebody worked on means nothing to anybody else.
    static func machinePaths(in file: SourceFile) -> [Finding] {
        // In two halves, so that this list is not found by its own rule.
        let roots = ["work", "farm", "root", "home", "Users", "tmp/bash_jobs"].map { "/" + $0 + "/" }
        guard roots.contains(where: { file.mentions($0) }) else { return [] }
        return file.lines.enumerated().compactMap { index, line in
            let bytes = Array(line.utf8)
            return roots.first { root in
                guard let place = bytes.place(of: root) else { return false }
                // `~/.config/x/home/` is somebody's folder, not a machine's: only a path from the root
                // counts.
                guard place > 0 else { return true }
                let before = bytes[place - 1]
                return
                    !(before == UInt8(ascii: ".") || before == UInt8(ascii: "}")
                    || Character(UnicodeScalar(before)).isLetter)
            }.map { Finding(file, index + 1, "a machine's path `\($0)`") }
        }
    }
}
