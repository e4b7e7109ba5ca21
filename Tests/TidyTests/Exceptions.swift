/// Where a rule would make the code worse. The list may only shrink: an entry that excuses nothing fails the
/// tests, and so does a longer list.
struct Exceptions {
    struct Entry: Sendable {
        let rule: String
        let path: String
        let reason: String
    }

    /// Lower it with every entry that goes.
    static let most = 1

    static let all: [Entry] = [
        Entry(
            rule: "imports", path: "Sources/Chat/Model/Name.swift",
            reason: "names are compared in Unicode's NFKC form, which only Foundation has")
    ]

    /// The findings that nobody excused.
    static func unexcused(_ findings: [Finding], rule: String) -> [Finding] {
        findings.filter { finding in !all.contains { $0.rule == rule && $0.path == finding.path } }
    }

    /// Entries for a rule that excuse nothing any more.
    static func idle(_ findings: [Finding], rule: String) -> [String] {
        all.filter { entry in entry.rule == rule && !findings.contains { $0.path == entry.path } }.map(\.path)
    }
}
