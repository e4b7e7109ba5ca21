import ArgumentParser
import Native
import Security
import Server
import Wire

/// `securechat version`.
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Print the versions of program, protocol and libraries, and the build's traits.")

    @Flag(help: "Print JSON.") var json = false

    func run() {
        let most = Int(ProtocolVersion.supported.upperBound)
        let traits = Trait.enabled.map(\.rawValue)
        guard json else {
            let built = traits.isEmpty ? "no traits" : "traits \(traits.joined(separator: ", "))"
            let list = Version.libraries.map { "\($0.name) \($0.version)" }.joined(separator: ", ")
            return standardOutput("securechat \(Version.text), protocol \(most), \(built) (\(list))\n")
        }
        let value = JSONValue.object([
            .init("version", .text(Version.text)),
            .init("protocol", .integer(most)),
            .init("traits", .list(traits.map { .text($0) })),
            .init("libraries", .object(Version.libraries.map { .init($0.name, .text($0.version)) })),
        ])
        standardOutput(value.encoded() + "\n")
    }
}
