import Testing

/// What a full build is stands in one place, and everything else agrees with it.
@Suite struct TraitTests {
    private let tree = SourceTree.current
    private var traits: [String] { TraitRules.named(in: tree.file("packaging/traits")) }

    @Test func aFullBuildHasEveryTrait() {
        #expect(!traits.isEmpty)
        #expect(traits == TraitRules.declared(in: tree.file("Package.swift")))
        let manifest = SourceFile(
            path: "Package.swift", text: "[.trait(name: \"A\", description: \"\"), .trait(name: \"B\")]")
        #expect(TraitRules.declared(in: manifest) == ["A", "B"])
    }

    @Test func eachTraitHasItsPackages() {
        let packages = tree.file("packaging/packages.txt")
        #expect(TraitRules.withoutPackages(traits, in: packages) == [])
        #expect(TraitRules.withoutPackages(["A"], in: packages) == ["A"])
    }

    @Test func theReadmeBuildsWithAllOfThem() {
        let line = tree.file("README.md").lines.first { $0.contains("`swift build -c release") }
        #expect(line?.contains("--traits \(traits.joined(separator: ",")) ") == true)
    }

    @Test func noScriptBuildsWithoutSayingWhatFor() {
        #expect(tree.files.flatMap(TraitRules.untold) == [])
        let bad = ["swift build --product a", "test=(swift test --skip-build)", "    x && swift run a"]
        let good = [
            "swift build --traits \"$traits\"", "swift test \"${how[@]}\"", "# swift build",
            "swift build --package-path Tests/Fuzz", "a=$(swift build --show-bin-path)/b",
        ]
        for line in bad {
            #expect(
                TraitRules.untold(in: SourceFile(path: "packaging/a", text: "#!/bin/sh\n\(line)")).count == 1)
        }
        for line in good {
            #expect(
                TraitRules.untold(in: SourceFile(path: "Tests/A/run", text: "#!/bin/sh\n\(line)")) == [])
        }
    }
}
