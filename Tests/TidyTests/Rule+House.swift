/// The rules themselves. Each states what it catches and what it must let pass.
extension Rule {
    static let house: [Rule] = layout + words + structure

    private static let layout: [Rule] = [
        Rule(
            name: "line", scope: .text,
            bad: [Sample("let wide = \"" + String(repeating: "x", count: 100) + "\"")],
            good: [
                Sample(String(repeating: "ж", count: 110)), Sample("let narrow = 1"),
                Sample(String(repeating: "x", count: 120), in: "Tests/Crash/a.py"),
            ],
            check: LayoutRules.longLines),
        Rule(
            name: "file", scope: .text,
            bad: [
                Sample(String(repeating: "\n", count: 501)), Sample(String(repeating: "a\n", count: 5_000)),
            ],
            good: [Sample(String(repeating: "a\n", count: 500))],
            check: LayoutRules.longFile),
        Rule(
            name: "function", scope: .swift,
            bad: [
                Sample(function(lines: 71)), Sample(function(lines: 72)), Sample(function(lines: 400)),
                Sample(
                    "struct A {\n    init(_ a: () -> Void = { }) {" + String(repeating: "\n", count: 80)
                        + "}\n}"),
                Sample("var all: Int {" + String(repeating: "\n", count: 80) + "}"),
                Sample("func a(\n    b: Int\n) async throws(E) -> [C] where B == [C] {\(blank(70))}"),
            ],
            good: [
                Sample(function(lines: 70)),
                Sample(
                    "protocol A {\n    func b() -> C\n    var d: E { get }\n}\nstruct F {\(blank(90))}"),
                Sample(
                    "struct A {\n    package var b = 1\n    package var c = 2\n}\nstruct D {\(blank(90))}"),
                Sample("// func a() {\nenum B {\(blank(90))}"),
            ],
            check: LayoutRules.longFunctions),
    ]

    private static let words: [Rule] = [
        Rule(
            name: "unsafe", scope: .swift,
            bad: [
                "let a = unsafe b", "let a: UnsafeRawPointer", "var a: OpaquePointer?",
                "nonisolated(unsafe) var a = 1",
                "final class A: @unchecked Sendable {}", "// unsafe, but well", "import Foo // UnsafeMutable",
            ].map { Sample($0) } + [Sample("let a = unsafe b", in: "Sources/securechat/A.swift")],
            good: [
                Sample("let a = unsafe b", in: "Sources/Native/A.swift"), Sample("let isUnsafe = true"),
                Sample("let unsafely = 1"), Sample("let a = unsafe b", in: "Tests/NativeTests/A.swift"),
            ],
            check: WordRules.unsafeWords),
        Rule(
            name: "calls", scope: .swift,
            bad: [
                "try! a()", "fatalError(\"no\")", "fatalError()", "print(a)", "a { print(1) }",
                "let a = \"\\(try! b())\"",
                "debugPrint(a)", "_ = readLine()",
            ].map { Sample($0) },
            good: [
                Sample("print(a)", in: "Sources/securechat/Tail.swift"),
                Sample("// print(a) try! fatalError("), Sample("func readLine() {}\nlet a = readLine()"),
                Sample("let a = \"print(b) try! c\""),
                Sample("printer(a); try a(); try? b(); page.print(a); if try !c() {}"),
            ],
            check: WordRules.bannedCalls),
        Rule(
            name: "unfinished", scope: .swift,
            bad: ["// TO" + "DO: later", "let a = 1 // FIX" + "ME", "/* XX" + "X */"].map { Sample($0) },
            good: [Sample("// nothing is left to do"), Sample("let method = TODOS")],
            check: WordRules.unfinishedWork),
        Rule(
            name: "clock", scope: .swift,
            bad: [
                "let a = Date()", "let a = ContinuousClock().now", "let a: Instant = .now",
                "let a = clock.now",
                "let a = Int.random(in: 0..<9)",
                "let a = list.shuffled()", "let a = list.randomElement()", "let a = \"\\(UUID())\"",
                "var a = SystemRandomNumberGenerator()",
            ].flatMap { [Sample($0, in: "Sources/Chat/A.swift"), Sample($0, in: "Sources/Wire/B/A.swift")] },
            good: [
                Sample("let a = Int.random(in: 0..<9, using: &random)", in: "Sources/Chat/A.swift"),
                Sample(
                    "func a(now: Timestamp, random: inout some R) { b = now }", in: "Sources/Chat/A.swift"),
                Sample("let a = context.now", in: "Sources/Chat/A.swift"),
                Sample("let a = Date()", in: "Sources/Server/A.swift"),
                Sample("// at .now, Date()", in: "Sources/Wire/A.swift"),
            ],
            check: WordRules.clockAndChance),
        Rule(
            name: "io", scope: .swift,
            bad: [
                Sample("let a = FileManager.default", in: "Sources/Wire/A.swift"),
                Sample("let a = ProcessInfo.processInfo", in: "Sources/Chat/A.swift"),
            ],
            good: [
                Sample("let a = Data(bytes)", in: "Sources/Wire/A.swift"),
                Sample("let a = FileManager.default", in: "Sources/Client/A.swift"),
                Sample("state.socket = 1 // FileHandle", in: "Sources/Wire/A.swift"),
            ],
            check: WordRules.inputAndOutput),
        Rule(
            name: "names", scope: .swift,
            bad: ["final class RoomManager {}", "enum Utils {}", "struct TLSHelper {}"].map { Sample($0) },
            good: [Sample("struct Room {}"), Sample("let manager = FileManager.default")],
            check: WordRules.emptyNames),
    ]

    private static let structure: [Rule] = [
        Rule(
            name: "imports", scope: .swift,
            bad: [
                Sample("import Native", in: "Sources/Chat/A.swift"),
                Sample("import Foundation", in: "Sources/Wire/A.swift"),
                Sample("package import Server", in: "Sources/Client/A.swift"),
                Sample("@preconcurrency import CLinux", in: "Sources/Reactor/A.swift"),
                Sample("import struct Glibc.stat", in: "Sources/Wire/A.swift"),
                Sample("let a = 1", in: "Sources/Utilities/A.swift"),
            ],
            good: [
                Sample("package import Chat\nimport SwiftProtobuf", in: "Sources/Wire/A.swift"),
                Sample("// import Server", in: "Sources/Chat/A.swift"),
                Sample("import CLinux", in: "Sources/Native/A.swift"),
            ],
            check: Arrows.forbiddenImports),
        Rule(
            name: "stores", scope: .swift,
            bad: [Sample("let store = EmbeddedStore()")],
            good: [
                Sample("let store = EmbeddedStore()", in: "Sources/Server/Composition.swift"),
                Sample("let store: any EventStore"),
            ],
            check: Arrows.concreteStores),
        Rule(
            name: "locks", scope: .swift,
            bad: [
                "let state = Mutex(State())", "let state: Mutex<State>", "private let a = Mutex<Int>(0)",
                "use(Mutex(1))",
                "// Lock tier 1\n\nlet state = Mutex(State())",
            ].map { Sample($0) },
            good: [
                "let state = Mutex(State())  // Lock tier 1",
                "/// Guards it.\n// Lock tier 2\nlet state: Mutex<State>",
                "// Lock tier 3.\nlet a: Mutex<B>\ninit() { a = Mutex(B()) }", "import Synchronization",
            ].map { Sample($0) },
            check: LockRules.untiered),
        Rule(
            name: "threads", scope: .swift,
            bad: [
                "/// One connection.\npackage final class Connection {}",
                "struct A {}\n// Its thread.\nlet b = 1",
                "/// Thread 1.\n\nstruct A {}",
            ].map { Sample($0) },
            good: [
                Sample("/// Used on its loop's thread only.\n@safe\npackage final class Connection {}"),
                Sample("private struct A {}\nenum B {}\nimport struct C.D"),
                Sample("/// A value.\nstruct A { struct B {} }"), Sample("struct A: Hashable, Sendable {}"),
                Sample("struct A {}", in: "Sources/Chat/A.swift"),
            ],
            check: ThreadRules.unstated),
        Rule(
            name: "dependencies", scope: .manifest,
            bad: [
                ".target(name: \"Chat\", dependencies: [\"Native\"], swiftSettings: house)",
                ".target(\n    name: \"Wire\",\n    dependencies: [\"Chat\", protobuf, \"Storage\"])",
                ".target(name: \"Glue\")",
            ].map { Sample($0, in: "Package.swift") },
            good: [
                Sample(".target(name: \"Wire\", dependencies: [\"Chat\", protobuf])", in: "Package.swift")
            ],
            check: Arrows.forbiddenDependencies),
        Rule(
            name: "pins", scope: .manifest,
            bad: [
                ".package(url: \"https://a.example/b\", from: \"1.0.0\"),", ".package(path: \"../b\")",
                ".package(url: \"https://a.example/b\", branch: \"main\")",
            ].map { Sample($0, in: "Package.swift") },
            good: [Sample(".package(url: \"https://a.example/b\", exact: \"1.0.0\"),", in: "Package.swift")],
            check: Manifest.unpinned),
        Rule(
            name: "settings", scope: .manifest,
            bad: [
                Sample(settings + ".target(name: \"Chat\")", in: "Package.swift"),
                Sample(
                    settings + ".testTarget(name: \"AToB\", swiftSettings: native)", in: "Package.swift"),
                Sample(".target(name: \"Chat\", swiftSettings: house)", in: "Package.swift"),
            ],
            good: [
                Sample(settings + ".target(name: \"Chat\", swiftSettings: house)", in: "Package.swift"),
                Sample(settings + ".target(name: \"Native\", swiftSettings: native)", in: "Package.swift"),
            ],
            check: Manifest.lax),
        Rule(
            name: "machine", scope: .everything,
            bad: [Sample("cd /" + "work/main"), Sample("let a = \"/" + "home/anna/b\"")],
            good: [Sample("~/.config/securechat/known_servers"), Sample("docs/work/plan.md")],
            check: TreeRules.machinePaths),
    ]

    private static let settings = "[.strictMemorySafety(), .treatAllWarnings(as: .error)]\n"

    private static func blank(_ lines: Int) -> String { String(repeating: "\n", count: lines) }

    private static func function(lines: Int) -> String {
        "struct A {\n    func b() {" + String(repeating: "\n        c(\"}\")", count: lines - 2)
            + "\n    }\n}"
    }
}
