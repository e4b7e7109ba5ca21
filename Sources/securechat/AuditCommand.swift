import ArgumentParser
import Chat
import Client
import Native
import Security
import Server

/// `securechat audit`: what happened, and the proof of it.
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Read, export and verify the audit log.",
        subcommands: [Tail.self, Export.self, Verify.self, Erase.self])

    struct Tail: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the last entries, oldest first.")
        @Option(help: "How many.") var count: UInt64 = 20
        @OptionGroup var server: ServerOptions
        @Flag(help: "Print JSON: the lines of an export.") var json = false

        func run() throws {
            let log = try AuditExport(ask: Administrator(options: server).perform)
            try log.forEachLine(after: log.last > count ? log.last - count : 0, skippingCheckpoints: true) {
                line in
                guard case .item(.entry(let entry))? = AuditLine(Array(line.utf8)) else { return }
                standardOutput((json ? line : Self.row(of: entry)) + "\n")
            }
        }

        private static func row(of entry: AuditEntry) -> String {
            let details = entry.content.map { String(decoding: $0.details, as: UTF8.self) } ?? "erased"
            let parts = [
                "\(entry.sequence)", entry.at.text, entry.kind, entry.actor,
                entry.subjects.joined(separator: ","), details,
            ]
            // The name that somebody gave to a login stands in it as it was given.
            return HarmlessText.of(parts.filter { !$0.isEmpty }.joined(separator: "  "))
        }
    }

    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the whole log as JSON lines, ending with a checkpoint made now.")
        @OptionGroup var server: ServerOptions

        func run() throws {
            let log = try AuditExport(ask: Administrator(options: server).perform)
            standardOutput(log.header + "\n")
            try log.forEachLine { standardOutput($0 + "\n") }
        }
    }

    struct Erase: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Erase the details of every entry that a person is in.",
            discussion: """
                Names, addresses and reasons are gone for good; who did what to whom remains, by ids. The \
                log verifies as before, and an entry says how many were erased. Exports and backups that \
                were made before keep what they have.
                """)
        @Option(help: "Whose: the person's name.") var person: String
        @OptionGroup var server: ServerOptions

        func run() throws {
            let administrator = Administrator(options: server)
            var response = try administrator.perform(.eraseAudit(person: person, isContinued: false))
            while case .erasing = response {
                response = try administrator.perform(.eraseAudit(person: person, isContinued: true))
            }
            guard case .erased(let count) = response else {
                throw CommandFailure("the server erased nothing")
            }
            standardOutput("the details of \(count) entries are erased\n")
            for name in try server.directory.auditLogsSetAside() {
                standardError("securechat: \(name) keeps what it has: delete it if nobody needs it\n")
            }
        }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Verify the log of this server, or an export with the public key alone.",
            discussion: """
                Names the first entry or checkpoint that is not what was signed. That the end of a log was \
                cut off together with its checkpoints shows only against a checkpoint that was kept \
                elsewhere: give it with --checkpoints.
                """)
        @Argument(help: "An export; - reads from the input. Default: this server's log.") var file: String?
        @Option(help: "The public key, PEM: keys/audit-public.pem of the server.") var publicKey: String?
        @Option(help: "Checkpoints kept elsewhere: a copy of audit-checkpoints.jsonl.")
        var checkpoints: String?
        @OptionGroup var server: ServerOptions
        @Flag(help: "Print JSON.") var json = false

        func validate() throws {
            guard file == nil || publicKey != nil else {
                throw ValidationError("an export is verified with --public-key FILE")
            }
        }

        func run() throws {
            let key = try AuditCheck.publicKey(at: publicKey ?? server.directory.auditPublicKey)
            var check = AuditCheck(
                publicKey: key, segmentMost: Limits.standard.auditCheckpointEntries,
                witness: try witnessLines().map { file in { try file.forEachLine($0) } })
            if let file {
                try LineFile(path: file == "-" ? nil : file).forEachLine { try check.take($0) }
            } else {
                let log = try AuditExport(ask: Administrator(options: server).perform)
                try check.take(Array(log.header.utf8))
                try log.forEachLine { try check.take(Array($0.utf8)) }
            }
            show(try check.finish())
        }

        /// On the server itself its own file stands in for a copy.
        private func witnessLines() throws -> LineFile? {
            if let checkpoints { return LineFile(path: checkpoints) }
            let own = server.directory.auditCheckpoints
            guard file == nil, try Files.status(of: own) != nil else { return nil }
            return LineFile(path: own)
        }

        private func show(_ outcome: AuditCheck.Outcome) {
            let summary = outcome.summary
            if json {
                standardOutput(
                    "{\"entries\":\(summary.entries),\"checkpoints\":\(summary.checkpoints),"
                        + "\"erased\":\(summary.erased),\"witness\":\(outcome.witness ?? 0)}\n")
            } else {
                let witness =
                    outcome.witness.map { "; it reaches checkpoint \($0), which is known outside" } ?? ""
                standardOutput(
                    "\(summary.entries) entries, \(summary.erased) of them erased, under "
                        + "\(summary.checkpoints) checkpoints: whole, up to \(summary.lastAt.text)"
                        + "\(witness)\n")
            }
        }
    }
}
