import Foundation

/// The tree that this test was compiled from, read once.
struct SourceTree: Sendable {
    /// Every file of ours whose rules depend on its text, sorted by path.
    let files: [SourceFile]
    /// The names in the top folder, without what git ignores.
    let topLevel: [String]
    /// The path of every file under the folders of the house, text or not.
    let paths: [String]

    static let current = SourceTree(
        root: URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent())

    private static let folders = ["Sources", "Tests", "packaging", "Config", "docs", ".ci"]
    private static let textEndings: Set<String> = [
        "", "swift", "h", "modulemap", "proto", "sh", "py", "md", "json", "txt", "yml", "service",
    ]

    init(root: URL) {
        let manager = FileManager.default
        let top = (try? manager.contentsOfDirectory(atPath: root.path)) ?? []
        topLevel = top.filter { $0 != "Package.resolved" && $0 != "__pycache__" }.sorted()
        var paths = ["Package.swift", "README.md", ".gitignore", ".swift-format"].filter(top.contains)
        for folder in Self.folders { Self.list(folder, of: root, into: &paths) }
        self.paths = paths.sorted()
        files = self.paths.compactMap { path in
            let ending = path.split(separator: "/").last?.split(separator: ".").dropFirst().last.map(
                String.init)
            guard Self.textEndings.contains(ending ?? "") || path.hasPrefix("."),
                let bytes = manager.contents(atPath: root.appending(path: path).path),
                let text = String(validating: bytes, as: UTF8.self)
            else { return nil }
            return SourceFile(path: path, text: text)
        }
    }

    private static func list(_ folder: String, of root: URL, into paths: inout [String]) {
        let manager = FileManager.default
        for name in (try? manager.contentsOfDirectory(atPath: root.appending(path: folder).path)) ?? [] {
            guard !isIgnored(name) else { continue }
            let path = folder + "/" + name
            let kind = try? manager.attributesOfItem(atPath: root.appending(path: path).path)[.type]
            if kind as? FileAttributeType == .typeDirectory {
                list(path, of: root, into: &paths)
            } else {
                paths.append(path)
            }
        }
    }

    /// What .gitignore names: build folders, compiled Python.
    private static func isIgnored(_ name: String) -> Bool {
        name.hasPrefix(".build") || name.hasSuffix(".pyc")
            || [".swiftpm", "__pycache__", "Package.resolved"].contains(name)
    }

    /// Swift written by hand: generated code answers to its generator.
    var swift: [SourceFile] { files.filter { $0.isSwift && !$0.isGenerated } }
    var sources: [SourceFile] { swift.filter { $0.path.hasPrefix("Sources/") } }

    func file(_ path: String) -> SourceFile {
        files.first { $0.path == path } ?? SourceFile(path: path, text: "")
    }
}
