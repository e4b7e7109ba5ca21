import ArgumentParser
import Chat
import Foundation
import Native
import Security
import Server

/// `securechat snapshot`: one file that holds the whole server at one moment, and the way back.
struct SnapshotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot", abstract: "Make, verify and restore snapshots of the whole server.",
        subcommands: [Create.self, List.self, Verify.self, Restore.self, Drill.self, Key.self])

    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a snapshot, while the server serves or while it does not run.",
            discussion: """
                One file with everything of one moment: history, sessions, audit log, settings. Without \
                --with-keys the private keys are not in it: keep a copy of the directory `keys` elsewhere.
                """)
        @Option(help: "The file. Default: a new one in the data directory's snapshots.") var output: String?
        @Flag(help: "Put the private keys in: whoever can read the file is the server.")
        var withKeys = false
        @OptionGroup var protection: SnapshotProtectionOptions
        @OptionGroup var server: ServerOptions
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            let administrator = Administrator(options: server)
            let request = ControlRequest.makeSnapshot(
                path: try output.map(Self.absolute), withKeys: withKeys,
                lock: try protection.protection()?.lock())
            var response = try administrator.perform(request)
            var bar = ProgressBar()
            while case .snapshotting(let number, let done, let all) = response {
                bar.show(done: done, all: all)
                response = try administrator.perform(.awaitSnapshot(number))
            }
            bar.end()
            switch response {
            case .snapshot(let entry): show(entry)
            case .snapshotFailed(let code, let detail): throw CommandFailure("\(code): \(detail)")
            default: throw CommandFailure("the server made no snapshot")
            }
        }

        /// The server has a working directory of its own.
        private static func absolute(_ path: String) throws -> String {
            guard !path.isEmpty, !path.hasSuffix("/") else {
                throw ValidationError("--output is the name of a file.")
            }
            return path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        }

        private func show(_ entry: ControlResponse.SnapshotEntry) {
            let stood = Double(entry.stoodMicroseconds) / 1_000
            if json {
                let members: [JSONValue.Member] = [
                    .init("path", .text(entry.path)), .init("bytes", .integer(entry.bytes)),
                    .init("stood_us", .integer(Int(entry.stoodMicroseconds))),
                ]
                let all = members + SnapshotCommand.members(entry.contents)
                standardOutput(JSONValue.object(all).encoded() + "\n")
                return
            }
            standardOutput(
                """
                \(entry.path)
                \(SnapshotCommand.words(entry.contents)); \(entry.bytes) bytes
                \(entry.contents.hasKeys ? "With" : "Without") the private keys. The chat stood still for \
                \(stood) ms.

                """)
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the snapshots in the data directory, the oldest first.")
        @OptionGroup var server: ServerOptions

        func run() throws {
            let shelf = SnapshotShelf(server.directory)
            let all = try shelf.entries() + shelf.entriesBeforeUpgrades()
            for entry in all.sorted(by: { $0.madeAt < $1.madeAt }) {
                standardOutput("\(entry.bytes)  \(entry.path)\n")
            }
        }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Verify a snapshot, on any machine: every byte, store and chain of it.",
            discussion: """
                Unpacks it into a directory of its own, which is removed again; that takes as much room as \
                the data had. Without --public-key it is verified with the key that it names itself.
                """)
        @Argument(help: "The snapshot.") var file: String
        @Option(help: "The public key, PEM: keys/audit-public.pem of the server.") var publicKey: String?
        @Option(help: "Where to unpack it to: a directory. Default: that of temporary files.")
        var scratch: String?
        @OptionGroup var access: SnapshotAccessOptions
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            let key = try publicKey.map { try AuditCheck.publicKey(at: $0) }
            let contents = try SnapshotVerification(
                of: file, key: key, access: access.access(), scratch: SnapshotCommand.scratch(in: scratch),
                limits: .standard
            ).run()
            SnapshotCommand.show(contents, json: json)
        }
    }

    struct Restore: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a server's data directory out of a snapshot.",
            discussion: """
                Verifies it first, and puts it in its place only when it is whole. Everybody logs in again, \
                and clients see that the history is another one. What was there before is set aside with \
                --replace, never deleted.
                """)
        @Argument(help: "The snapshot.") var file: String
        @Option(help: "The directory with the private keys, for a snapshot without them.") var keys: String?
        @Option(
            help: "The public key, PEM, that it must be signed with. Default: of the server that is replaced."
        )
        var publicKey: String?
        @Flag(help: "Set a server that is there aside.") var replace = false
        @OptionGroup var access: SnapshotAccessOptions
        @OptionGroup var server: ServerOptions
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            let restoration = SnapshotRestoration(
                of: file, to: server.directory, key: try publicKey.map { try AuditCheck.publicKey(at: $0) },
                access: try access.access(), keys: keys, replaces: replace, limits: .standard)
            let outcome = try restoration.run(now: Timestamp(milliseconds: WallClock.milliseconds()))
            SnapshotCommand.show(outcome.contents, json: json)
            if let replaced = outcome.replaced {
                standardError("securechat: what was there before is in \(replaced)\n")
            }
        }
    }

    struct Drill: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Verify the newest snapshot in the data directory, as a restore would find it.")
        @Option(help: "Where to unpack it to: a directory. Default: that of temporary files.")
        var scratch: String?
        @OptionGroup var access: SnapshotAccessOptions
        @OptionGroup var server: ServerOptions
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            let shelf = SnapshotShelf(server.directory)
            guard let newest = try shelf.entries().last else {
                throw CommandFailure("there is no snapshot in \(server.directory.snapshots)")
            }
            let key = try AuditCheck.publicKey(at: server.directory.auditPublicKey)
            let contents = try SnapshotVerification(
                of: newest.path, key: key, access: access.access(),
                scratch: SnapshotCommand.scratch(in: scratch),
                limits: .standard
            ).run()
            try shelf.noteVerified(newest.path, at: Timestamp(milliseconds: WallClock.milliseconds()))
            SnapshotCommand.show(contents, json: json)
        }
    }

    struct Key: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a key pair that snapshots can be encrypted to.",
            discussion: """
                Keep the private key away from the server, where nobody loses it: without it nothing that is \
                encrypted to it can be read. Only the public one (FILE.pub) is needed to make snapshots.
                """)
        @Option(help: "The private key's file; the public one is beside it, with .pub.") var output: String

        func run() throws {
            try SnapshotKeyPair.make(at: output)
            standardOutput("\(output)\n\(SnapshotKeyPair.publicPath(output))\n")
        }
    }

    private static func scratch(in folder: String?) -> String {
        let folder = folder ?? ProcessInfo.processInfo.environment["TMPDIR"] ?? "/var/tmp"
        return "\(folder)/securechat-\(CurrentProcess.number)-\(UInt32.random(in: 0 ... .max))"
    }

    private static func show(_ contents: SnapshotSummary, json: Bool) {
        standardOutput(
            json ? JSONValue.object(members(contents)).encoded() + "\n" : "\(words(contents)): whole\n")
    }

    private static func words(_ contents: SnapshotSummary) -> String {
        "\(contents.people) people, \(contents.rooms) rooms, \(contents.events) events, "
            + "\(contents.sessions) sessions, \(contents.auditEntries) audit entries, "
            + "of \(Timestamp(milliseconds: contents.createdAt).text)"
    }

    private static func members(_ contents: SnapshotSummary) -> [JSONValue.Member] {
        [
            .init("created_at", .text(Timestamp(milliseconds: contents.createdAt).text)),
            .init("program", .text(contents.program)),
            .init("people", .integer(contents.people)),
            .init("rooms", .integer(contents.rooms)),
            .init("events", .integer(contents.events)),
            .init("sessions", .integer(contents.sessions)),
            .init("audit_entries", .integer(contents.auditEntries)),
            .init("keys", .flag(contents.hasKeys)),
        ]
    }
}
