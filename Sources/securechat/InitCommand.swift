import ArgumentParser
import Chat
import Foundation
import Security
import Server

/// `securechat init`: a new server's directory, keys, certificate, stores and first administrator.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make keys, certificate and stores; print the first administrator's link.")

    @OptionGroup var server: ServerOptions
    @Option(help: "The first administrator's name.") var admin = "admin"
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
        guard Name(admin, maxScalars: Limits.standard.nameScalars) != nil else {
            throw ValidationError(
                "--admin is no name: it has letters, digits, marks, '-', '_' and '.', "
                    + "\(Limits.standard.nameScalars) at most.")
        }
    }

    func run() throws {
        let configuration = try server.effectiveConfiguration().configuration
        let setup = try ServerSetup(
            directory: server.directory, configuration: configuration, administrator: admin)
        if json { return try printJSON(setup) }
        let authority = server.directory.authorityCertificate
        let lifetime = configuration.limits.inviteLifetime.words
        standardOutput(
            """
            The server \(setup.serverName) is ready in \(server.directory.path).

            Its identity: \(setup.link.fingerprint)
            To let other programs trust its certificate, install \(authority), for example:
                cp \(authority) /usr/local/share/ca-certificates/securechat.crt
                update-ca-certificates

            Start it:
                securechat serve --data \(server.directory.path)

            Then open the first administrator's link, good once and for \(lifetime):
                securechat chat --link '\(setup.link.text)'

            \(setup.link.text)

            """)
    }

    private func printJSON(_ setup: ServerSetup) throws {
        let value = [
            "server_name": setup.serverName, "data": server.directory.path, "link": setup.link.text,
            "fingerprint": "\(setup.link.fingerprint)",
            "certificate_authority": server.directory.authorityCertificate,
        ]
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        standardOutput(String(decoding: try encoder.encode(value), as: UTF8.self) + "\n")
    }
}
