// swift-tools-version: 6.2
import PackageDescription

// The fuzzers: the product's own sources, by links, built with libFuzzer's instrumentation. A package of its
// own, because that takes flags that no package may have that others depend on. Built and run by
// packaging/fuzz.

let runtime = Context.environment["FUZZER_RUNTIME"] ?? ""

let house: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .unsafeFlags(["-sanitize=fuzzer"]),
]

let package = Package(
    name: "SecureChat",
    dependencies: [.package(url: "https://github.com/apple/swift-protobuf", exact: "1.39.0")],
    targets: [
        .systemLibrary(name: "CLinux", path: "Sources/C/CLinux"),
        .systemLibrary(name: "COpenSSL", path: "Sources/C/COpenSSL", pkgConfig: "openssl"),
        .systemLibrary(name: "CLMDB", path: "Sources/C/CLMDB", pkgConfig: "lmdb"),
        .systemLibrary(name: "CZstd", path: "Sources/C/CZstd", pkgConfig: "libzstd"),
        .systemLibrary(name: "CFuzzer"),
        .target(
            name: "Native", dependencies: ["CLinux", "COpenSSL", "CLMDB", "CZstd"],
            swiftSettings: [
                .enableUpcomingFeature("ExistentialAny"), .enableExperimentalFeature("Lifetimes"),
            ]),
        .target(name: "Chat", swiftSettings: house),
        .target(
            name: "Wire", dependencies: ["Chat", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
            exclude: ["Schema"], swiftSettings: house),
        .target(name: "Security", dependencies: ["Chat", "Native"], swiftSettings: house),
        .target(name: "Configuration", dependencies: ["Chat", "Native", "Security"], swiftSettings: house),
        .target(
            name: "FuzzTargets", dependencies: ["Chat", "Configuration", "Native", "Security", "Wire"],
            swiftSettings: house),
        .executableTarget(
            name: "fuzz", dependencies: ["CFuzzer", "FuzzTargets"],
            linkerSettings: [.unsafeFlags([runtime]), .linkedLibrary("stdc++")]),
    ],
    swiftLanguageModes: [.v6]
)
