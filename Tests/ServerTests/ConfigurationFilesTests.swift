import Foundation
import Security
import Testing

@testable import Server

/// The files in Config/ against the code that reads them.
@Suite struct ConfigurationFilesTests {
    private func content(_ name: String) throws -> [UInt8] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return Array(try Data(contentsOf: root.appending(path: "Config").appending(path: name)))
    }

    @Test func theDefaultFileIsTheDefaults() throws {
        let bytes = try content("config.json")
        #expect(
            String(decoding: bytes, as: UTF8.self) == Configuration.standard.fileContent().encoded(
                indented: true) + "\n")
        guard
            case .accepted(let effective) = ConfigurationReader.read(
                file: .init(name: "config.json", bytes: bytes))
        else {
            Issue.record("Config/config.json is refused")
            return
        }
        #expect(effective.configuration == .standard)
        #expect(Set(effective.origins.keys) == Set(ConfigurationKey.all.map(\.path)))
    }

    @Test("The examples are accepted", arguments: ["small-host.json"])
    func examples(name: String) throws {
        let outcome = ConfigurationReader.read(file: .init(name: name, bytes: try content(name)))
        guard case .accepted(let effective) = outcome else {
            Issue.record("Config/\(name) is refused: \(outcome)")
            return
        }
        #expect(effective.configuration != .standard)
    }

    @Test func theReadMeDocumentsEachKeyAndNoOther() throws {
        let text = String(decoding: try content("README.md"), as: UTF8.self)
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { row in
            row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        let documented = rows.map { $0[0].trimmingCharacters(in: CharacterSet(charactersIn: "`")) }
        let keys = ConfigurationKey.all + ConfigurationKey.ofProvider("NAME")
        #expect(documented == keys.map(\.path))
        for (row, key) in zip(rows, keys) {
            #expect(row[1] == "`\(key.read(.standard).json.encoded())`", "\(key.path)")
            #expect(row[2] == key.summary, "\(key.path)")
        }
    }

    @Test func theSchemaNamesEachKeyWithItsDefault() throws {
        let schema = Configuration.schema()
        guard case .object(let members) = schema,
            case .object(let sections) = members.first(where: { $0.name == "properties" })?.value
        else {
            Issue.record("the schema has no properties")
            return
        }
        #expect(
            sections.map(\.name) == [
                "$schema", "$comment", "server", "listen", "sealing", "storage", "history", "search", "disk",
                "memory", "log", "snapshots", "limits", "oidc",
            ])
        let text = schema.encoded()
        for key in ConfigurationKey.all { #expect(text.contains(key.environmentName + ".")) }
        #expect(try JSONReader.read(Array(text.utf8)).value == schema)
    }

    @Test func showTellsValueAndOrigin() throws {
        var configuration = Configuration.standard
        configuration.listenPort = 1
        let effective = EffectiveConfiguration(
            configuration: configuration, origins: ["listen.port": .file(name: "/etc/x.json", line: 4)])
        let lines = effective.table().split(separator: "\n")
        #expect(lines.count == ConfigurationKey.all.count)
        let port = try #require(lines.first { $0.hasPrefix("listen.port ") }).split(separator: " ")
        #expect(port == ["listen.port", "1", "/etc/x.json:4"])
        #expect(effective.json().encoded().contains(#""listen.port":{"value":1,"origin":"/etc/x.json:4"}"#))
        #expect(effective.json().encoded().contains(#""listen.pin":{"value":false,"origin":"default"}"#))
    }
}
