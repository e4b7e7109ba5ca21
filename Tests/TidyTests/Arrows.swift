/// Which target may know which: the arrows of the house, held against the manifest and against each file's
/// imports.
enum Arrows {
    /// What each target may import of ours. An arrow points to a lower floor, never sideways.
    static let ours: [String: Set<String>] = [
        "Native": ["CLinux", "COpenSSL", "CLMDB", "CZstd", "CCurl"],
        "Chat": [],
        "Reactor": ["Native"],
        "Wire": ["Chat"],
        "Security": ["Chat", "Native"],
        "Sealing": ["Chat", "Native", "Wire"],
        "Storage": ["Chat", "Native"],
        "Server": ["Chat", "Native", "Reactor", "Wire", "Security", "Sealing", "Storage"],
        "Client": ["Chat", "Native", "Reactor", "Wire", "Security", "Sealing"],
        "securechat": ["Server", "Client", "Chat", "Native", "Wire", "Security"],
    ]

    /// What each target may import of others', beside the standard library; `Chat` gets nothing at all.
    ///
    /// `Wire` gets FoundationEssentials for `Data`, which is what protobuf's fields of bytes are; a rule of
    /// words keeps it from the I/O that comes with it.
    static let others: [String: Set<String>] = [
        "Native": ["Glibc", "Synchronization", "Foundation"],
        "Chat": [],
        "Reactor": ["Synchronization"],
        "Wire": ["SwiftProtobuf", "FoundationEssentials"],
        "Security": ["Synchronization", "Foundation"],
        "Sealing": [],
        "Storage": ["GRDB", "Synchronization", "Foundation"],
        "Server": ["Logging", "Synchronization", "Foundation"],
        "Client": ["Logging", "Synchronization", "Foundation"],
        "securechat": ["ArgumentParser", "Logging", "Synchronization", "Foundation"],
    ]

    static func forbiddenImports(in file: SourceFile) -> [Finding] {
        guard file.path.hasPrefix("Sources/"), !file.target.isEmpty, file.target != "C" else { return [] }
        guard let ours = ours[file.target], let others = others[file.target] else {
            return [Finding(file, 0, "target `\(file.target)` has no floor in the house")]
        }
        return imports(of: file).compactMap { module, line in
            ours.contains(module) || others.contains(module) || module == "Swift"
                ? nil : Finding(file, line, "`\(file.target)` imports `\(module)`")
        }
    }

    /// A target of the manifest that depends on more than it may, or on a floor that does not exist.
    static func forbiddenDependencies(in manifest: SourceFile) -> [Finding] {
        Manifest(manifest).targets.flatMap { target -> [Finding] in
            guard !target.isTest, !target.isSystemLibrary else { return [] }
            guard let ours = ours[target.name] else {
                return [Finding(manifest, target.line, "target `\(target.name)` has no floor in the house")]
            }
            return target.dependencies.filter { $0.first?.isUppercase == true && !ours.contains($0) }.map {
                Finding(manifest, target.line, "`\(target.name)` depends on `\($0)`")
            }
        }
    }

    /// Only the composition knows which stores there are; all else speaks to ports.
    static func concreteStores(in file: SourceFile) -> [Finding] {
        guard ["Server", "securechat", "Client"].contains(file.target), file.name != "Composition.swift"
        else { return [] }
        let stores: Set<String> = [
            "EmbeddedStore", "MemoryStore", "EmbeddedSessionStore", "MemorySessionStore",
            "EmbeddedAuditStore", "MemoryAuditStore", "EmbeddedSearchIndex", "MemorySearchIndex",
        ]
        return file.code.tokens.filter { stores.contains($0.text) }.map {
            Finding(file, $0.line, "`\($0.text)` named outside the composition")
        }
    }

    /// The modules of a file's import lines; `import struct Foundation.URL` is of Foundation.
    static func imports(of file: SourceFile) -> [(module: String, line: Int)] {
        let tokens = file.code.tokens
        let kinds: Set<String> = ["struct", "class", "enum", "protocol", "typealias", "func", "let", "var"]
        return tokens.indices.compactMap { index in
            guard tokens[index].text == "import", index + 1 < tokens.count else { return nil }
            let takesKind = kinds.contains(tokens[index + 1].text) && index + 2 < tokens.count
            return (tokens[takesKind ? index + 2 : index + 1].text, tokens[index].line)
        }
    }
}
