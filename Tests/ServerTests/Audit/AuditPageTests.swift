import Chat
import Foundation
import Testing

/// docs/audit.md against the code.
@Suite struct AuditPageTests {
    private static func page() throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "docs/audit.md"), encoding: .utf8)
    }

    @Test func everyKindStandsOnThePage() throws {
        let stated = try Self.page().split(separator: "\n").filter { $0.hasPrefix("| `") }.compactMap {
            $0.split(separator: "`").dropFirst().first.map(String.init)
        }
        #expect(stated == AuditKind.allCases.map(\.rawValue))
    }

    @Test func theNumbersOnThePageAreTheLimits() throws {
        let words = try Self.page().replacing("\n", with: " ")
        let limits = Limits.standard
        #expect(words.contains("after every \(limits.auditCheckpointEntries) entries"))
        #expect(limits.auditCheckpointInterval == .seconds(60) && words.contains("a minute after an entry"))
        #expect(words.contains("\(limits.auditFloods) different ones"))
        #expect(limits.auditFloodWindow == .seconds(10) && words.contains("after ten seconds"))
        #expect(words.contains("More than \(limits.auditOutbox) records"))
        #expect(limits.auditGather == .milliseconds(100) && words.contains("at most ten times a second"))
        #expect(words.contains("\(limits.auditErasedEntries) entries are erased in a transaction"))
        #expect(words.contains("cut after \(AuditDetails.textScalars) characters"))
    }
}
