import ArgumentParser
import Foundation
import Native
import Security
import Server

/// Where a server's configuration and data are: the options of every command that works on a server of this
/// machine.
struct ServerOptions: ParsableArguments {
    private static let standardConfiguration = "/etc/securechat/config.json"

    @Option(help: "The configuration file. Default: \(Self.standardConfiguration), where there is one.")
    var config: String?

    @Option(help: "The data directory.")
    var data: String = DataDirectory.standardPath

    var directory: DataDirectory { DataDirectory(path: data) }

    /// Refused with every problem on a line of its own.
    func effectiveConfiguration(isDevelopment: Bool = false) throws -> EffectiveConfiguration {
        let setting = ConfigurationReader.Setting(
            isDevelopment: isDevelopment, processors: Thread.currentCores.count, traits: Trait.enabled)
        let outcome = ConfigurationReader.read(
            file: try file(), environment: ProcessInfo.processInfo.environment, setting: setting)
        switch outcome {
        case .accepted(let configuration): return configuration
        case .refused(let problems): throw CommandFailure(problems.map(\.description).joined(separator: "\n"))
        }
    }

    private func file() throws -> ConfigurationReader.File? {
        guard let path = try configurationPath() else { return nil }
        return ConfigurationReader.File(name: path, bytes: try Files.read(path, limit: JSONReader.maxBytes))
    }

    private func configurationPath() throws -> String? {
        if let config { return config }
        return try Files.status(of: Self.standardConfiguration) == nil ? nil : Self.standardConfiguration
    }
}

/// Why a command failed, as the person reads it: exit code 1.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
