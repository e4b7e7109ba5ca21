import Testing

/// Style is a test: the tree is read as text and held to the rules of the house.
@Suite struct TidyTests {
    private let tree = SourceTree.current

    @Test(arguments: Rule.house)
    func theTreeKeepsThe(rule: Rule) {
        let findings = rule.findings(in: tree)
        let open = Exceptions.unexcused(findings, rule: rule.name)
        if !open.isEmpty {
            Issue.record("\(open.count) places:\n\(open.map(\.description).joined(separator: "\n"))")
        }
        let idle = Exceptions.idle(findings, rule: rule.name)
        #expect(idle.isEmpty, "these exceptions excuse nothing and can go")
    }

    @Test(arguments: Rule.house)
    func everyRuleCanFail(rule: Rule) {
        for sample in rule.bad {
            #expect(
                !rule.check(sample.file).isEmpty,
                "\(rule.name) let pass: \(sample.path): \(sample.text.prefix(80))")
        }
        for sample in rule.good {
            #expect(
                rule.check(sample.file).isEmpty,
                "\(rule.name) caught: \(sample.path): \(sample.text.prefix(80))")
        }
        #expect(!rule.bad.isEmpty && !rule.good.isEmpty)
    }

    @Test func exceptionsOnlyShrink() {
        #expect(Exceptions.all.count <= Exceptions.most)
        let names = Set(Rule.house.map(\.name))
        #expect(Exceptions.all.allSatisfy { names.contains($0.rule) && $0.reason.count > 20 })
    }

    @Test func theTreeWasFound() {
        #expect(tree.swift.count > 30)
        #expect(tree.paths.contains("Sources/Chat/Rules/Limits.swift"))
        #expect(
            Manifest(tree.file("Package.swift")).targets.contains {
                $0.name == "Wire" && $0.dependencies.contains("Chat")
            })
    }

    @Test func errnoIsInOneFile() {
        #expect(WordRules.errno(in: tree.files) == [])
        let one = SourceFile(path: "Sources/Native/A.swift", text: "let code = errno")
        let two = SourceFile(path: "Sources/Native/B.swift", text: "if errno == 4 {}")
        #expect(WordRules.errno(in: [one]) == [])
        #expect(WordRules.errno(in: [one, two]).count == 2)
    }

    @Test func everyLockStandsInTheDocument() {
        let locks = tree.sources.flatMap(LockRules.locks)
        #expect(LockRules.differences(of: tree.file("docs/locking.md"), from: locks) == [])
        let lock = LockRules.Lock(name: "state", path: "Sources/Server/A.swift", line: 3, tier: 2)
        let row = SourceFile(path: "docs/locking.md", text: "| 2 | `state` | `Sources/Server/A.swift` |")
        #expect(LockRules.differences(of: row, from: [lock]) == [])
        #expect(LockRules.differences(of: row, from: []).count == 1)
        #expect(
            LockRules.differences(of: SourceFile(path: "docs/locking.md", text: ""), from: [lock]).count == 1)
    }

    @Test func theTopFolderIsTheHouse() {
        #expect(TreeRules.strangers(inTop: tree.topLevel) == [])
        #expect(TreeRules.missing(inTop: tree.topLevel) == [])
        #expect(
            TreeRules.strangers(inTop: ["LICENSE", ".ci", "Sources", "scripts"]) == ["LICENSE", "scripts"])
        #expect(TreeRules.missing(inTop: ["Sources", "Tests"]).contains("README.md"))
    }

    @Test func noCIsCompiled() {
        #expect(TreeRules.compiledC(among: tree.paths) == [])
        #expect(
            TreeRules.compiledC(among: ["Sources/C/CLinux/shim.c", "a.h", "b.swift"]) == [
                "Sources/C/CLinux/shim.c"
            ])
    }

    @Test func buildFoldersStayOutOfTheRepository() {
        #expect(TreeRules.notIgnored(by: tree.file(".gitignore")) == [])
        #expect(
            TreeRules.notIgnored(by: SourceFile(path: ".gitignore", text: ".build*/\n.swiftpm/\n")).count == 2
        )
    }
}
