/// The package's traits: named once for everything that builds (packaging/traits), each with its packages.
enum TraitRules {
    /// `OIDC`, or several with commas between.
    static func named(in list: SourceFile) -> [String] {
        list.text.split { $0 == "," || $0.isWhitespace }.map(String.init)
    }

    /// In the order of the manifest.
    static func declared(in manifest: SourceFile) -> [String] {
        manifest.text.split(separator: ".trait(name: \"").dropFirst().compactMap {
            $0.split(separator: "\"").first.map(String.init)
        }
    }

    /// Sections of packages.txt that are missing.
    static func withoutPackages(_ traits: [String], in packages: SourceFile) -> [String] {
        traits.filter { !packages.lines.contains("[\($0)]") }
    }

    /// Scripts that build the package's program or tests without saying with which traits: the next build in
    /// the same folder would compile all of it again, and the program would lack what the manual promises.
    ///
    /// Another package than ours (`--package-path`), and what needs no trait (a folder that says so), may.
    static func untold(in file: SourceFile) -> [Finding] {
        let isScript = file.path.hasPrefix("packaging/") || file.path.hasSuffix("/run")
        guard isScript, file.text.hasPrefix("#!") else { return [] }
        let builds = ["swift build", "swift test", "swift run"]
        let excused = ["--package-path", "--show-bin-path", "--scratch-path .build-protobuf"]
        return file.lines.enumerated().compactMap { index, line in
            let isComment = line.drop { $0 == " " }.hasPrefix("#")
            guard !isComment, builds.contains(where: line.contains) else { return nil }
            // The flags may stand in an array of the shell's, which is then the line that says it.
            let says = line.contains("--traits") || line.contains("\"${how[@]}\"")
            return says || excused.contains(where: line.contains)
                ? nil : Finding(file, index + 1, "a build without --traits")
        }
    }
}
