import ArgumentParser
import Server
import Wire

/// `securechat version`.
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Print the version.")

    @Flag(help: "Print JSON.") var json = false

    func run() {
        let most = ProtocolVersion.supported.upperBound
        standardOutput(
            json
                ? "{\"version\":\"\(Version.text)\",\"protocol\":\(most)}\n"
                : "securechat \(Version.text), protocol \(most)\n")
    }
}
