import ArgumentParser
import Security
import Server

/// `securechat config`: what the configuration is, whether it is right, and what may stand in it.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Check, show and describe the configuration.",
        subcommands: [Check.self, Show.self, Schema.self])

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say everything that is wrong with the configuration, with the mend.")
        @OptionGroup var server: ServerOptions
        @Argument(help: "Another file to check.") var file: String?

        func run() throws {
            var options = server
            if let file { options.config = file }
            _ = try options.effectiveConfiguration()
            standardOutput("The configuration is right.\n")
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print every key with its value and where the value came from.")
        @OptionGroup var server: ServerOptions
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            let effective = try server.effectiveConfiguration()
            standardOutput(json ? effective.json().encoded(indented: true) + "\n" : effective.table())
        }
    }

    struct Schema: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the JSON Schema of the configuration file.")

        func run() { standardOutput(Configuration.schema().encoded(indented: true) + "\n") }
    }
}
