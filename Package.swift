// swift-tools-version: 6.2
import PackageDescription

/// Every target but `Native` is held to strict memory safety and to warnings as errors: what is unsafe has
/// one room.
let house: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]
let native: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableExperimentalFeature("Lifetimes"),
]

let protobuf: Target.Dependency = .product(name: "SwiftProtobuf", package: "swift-protobuf")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let histogram: [Target.Dependency] = [
    .product(name: "Histogram", package: "hdrhistogram-swift"),
    .product(name: "Numerics", package: "swift-numerics"),
]

/// A leaner process, by some five megabytes: addresses to relocate in the packed form that the C library
/// knows from 2.36 on, and no table of the program's own names, for nothing links with it.
let lean: [LinkerSetting] = [
    .unsafeFlags(
        [
            "-use-ld=lld", "-Xlinker", "--no-export-dynamic", "-Xlinker", "-z",
            "-Xlinker", "pack-relative-relocs",
        ],
        .when(configuration: .release))
]

/// Headers alone: the library is loaded when it is first needed, and no program is linked with it.
let curl: Target.Dependency = .byName(name: "CCurl", condition: .when(traits: ["OIDC"]))

let package = Package(
    name: "SecureChat",
    products: [.executable(name: "securechat", targets: ["securechat"])],
    traits: [
        // None is there unless a build asks for it; packaging/traits names those of a full build.
        .trait(name: "OIDC", description: "Logins by identity providers (libcurl4-openssl-dev).")
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-protobuf", exact: "1.39.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        // For the load generator among the tests, with what it brings.
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", exact: "0.2.0"),
        .package(url: "https://github.com/apple/swift-numerics", exact: "1.1.1"),
    ],
    targets: [
        // The C libraries: module maps and inline shims, no logic.
        .systemLibrary(name: "CLinux", path: "Sources/C/CLinux"),
        .systemLibrary(
            name: "COpenSSL", path: "Sources/C/COpenSSL", pkgConfig: "openssl",
            providers: [.apt(["libssl-dev"])]),
        .systemLibrary(
            name: "CLMDB", path: "Sources/C/CLMDB", pkgConfig: "lmdb", providers: [.apt(["liblmdb-dev"])]),
        .systemLibrary(
            name: "CZstd", path: "Sources/C/CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CCurl", path: "Sources/C/CCurl"),

        // The floors, lowest first. An arrow may only point up this list.
        .target(
            name: "Native", dependencies: ["CLinux", "COpenSSL", "CLMDB", "CZstd", curl],
            swiftSettings: native),
        .target(name: "Chat", swiftSettings: house),
        .target(name: "Reactor", dependencies: ["Native"], swiftSettings: house),
        .target(name: "Wire", dependencies: ["Chat", protobuf], exclude: ["Schema"], swiftSettings: house),
        .target(name: "Security", dependencies: ["Chat", "Native"], swiftSettings: house),
        .target(
            name: "Sealing", dependencies: ["Chat", "Native", "Wire"],
            swiftSettings: house + [.enableExperimentalFeature("Lifetimes")]),
        .target(name: "Storage", dependencies: ["Chat", "Native", grdb], swiftSettings: house),
        .target(
            name: "Server",
            dependencies: ["Chat", "Native", "Reactor", "Wire", "Security", "Sealing", "Storage", logging],
            swiftSettings: house),
        .target(
            name: "Client", dependencies: ["Chat", "Native", "Reactor", "Wire", "Security", "Sealing"],
            swiftSettings: house),
        .executableTarget(
            name: "securechat",
            dependencies: [
                "Chat", "Client", "Native", "Security", "Server", "Wire", arguments, logging,
            ],
            swiftSettings: house, linkerSettings: lean),

        .testTarget(name: "NativeTests", dependencies: ["Native"], swiftSettings: house),
        .testTarget(name: "ChatTests", dependencies: ["Chat"], swiftSettings: house),
        .testTarget(name: "WireTests", dependencies: ["Chat", "Wire", protobuf], swiftSettings: house),
        .testTarget(
            name: "SealingTests", dependencies: ["Chat", "Native", "Sealing", "Wire"], swiftSettings: house),
        .testTarget(
            name: "ClientTests",
            dependencies: ["Chat", "Client", "Native", "Reactor", "Sealing", "Security", "Wire"],
            swiftSettings: house),
        .testTarget(name: "ReactorTests", dependencies: ["Native", "Reactor"], swiftSettings: house),
        .testTarget(
            name: "StorageTests", dependencies: ["Chat", "Native", "Storage", grdb], swiftSettings: house),
        .executableTarget(
            name: "StorageBenchmark", dependencies: ["Chat", "Storage"], path: "Tests/StorageBenchmark",
            swiftSettings: house),
        .executableTarget(
            name: "LoadGenerator",
            dependencies: ["Chat", "Native", "Reactor", "Sealing", "Server", "Wire", arguments] + histogram,
            path: "Tests/LoadGenerator", swiftSettings: house),
        .testTarget(
            name: "SecurityTests", dependencies: ["Chat", "Native", "Security"], swiftSettings: house),
        .executableTarget(
            name: "AuditedServer",
            dependencies: ["Chat", "Native", "Reactor", "Security", "Server", "Wire", arguments, logging],
            path: "Tests/AuditedServer", swiftSettings: house),
        .testTarget(
            name: "ServerTests",
            dependencies: [
                "Chat", "Native", "Reactor", "Sealing", "Security", "Server", "Storage", "Wire", grdb,
                logging,
            ],
            swiftSettings: house),
        .testTarget(
            name: "CorpusTests", dependencies: ["Chat", "Native", "Security", "Server", "Wire"],
            swiftSettings: house),
        .testTarget(name: "TidyTests", swiftSettings: house),
        .executableTarget(
            name: "Vectors", dependencies: ["Native"], path: "Tests/Vectors", exclude: ["run"],
            swiftSettings: house),
        .executableTarget(
            name: "Simulator",
            dependencies: ["Chat", "Client", "Native", "Reactor", "Security", "Server", "Storage", "Wire"],
            path: "Tests/Simulator", exclude: ["run"], swiftSettings: house),
    ],
    swiftLanguageModes: [.v6]
)
