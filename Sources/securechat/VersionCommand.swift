import ArgumentParser
import Security
import Server
import Wire

/// `securechat version`.
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print the versions of program, protocol and libraries.")

    @Flag(help: "Print JSON.") var json = false

    func run() {
        let most = Int(ProtocolVersion.supported.upperBound)
        guard json else {
            let list = Version.libraries.map { "\($0.name) \($0.version)" }.joined(separator: ", ")
            return standardOutput("securechat \(Version.text), protocol \(most) (\(list))\n")
        }
        let value = JSONValue.object([
            .init("version", .text(Version.text)),
            .init("protocol", .integer(most)),
            .init("libraries", .object(Version.libraries.map { .init($0.name, .text($0.version)) })),
        ])
        standardOutput(value.encoded() + "\n")
    }
}
