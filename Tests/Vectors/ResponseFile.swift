import Foundation

/// A file of NIST's Cryptographic Algorithm Validation Program: `Name = value` lines, a blank line after each
/// test, what the next ones have in common in brackets.
struct ResponseFile {
    struct Case {
        /// What stood last in brackets.
        fileprivate(set) var section: String
        fileprivate(set) var fields: [String: String] = [:]
        /// The line `FAIL`: what is given must be refused.
        fileprivate(set) var mustFail = false

        func bytes(_ name: String) -> [UInt8] { Hexadecimal.bytes(fields[name] ?? "") }
    }

    private(set) var cases: [Case] = []

    init(_ url: URL) throws {
        var section = ""
        var current = Case(section: section)
        let text = try String(contentsOf: url, encoding: .utf8)
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            let line = line.trimmingCharacters(in: .whitespacesAndNewlines)
            if line.isEmpty {
                if !current.fields.isEmpty { cases.append(current) }
                current = Case(section: section)
            } else if line == "FAIL" {
                current.mustFail = true
            } else if line.hasPrefix("[") {
                section = String(line.dropFirst().dropLast())
                current.section = section
            } else if !line.hasPrefix("#"), let (name, value) = Self.pair(line[...]) {
                current.fields[name] = value
            }
        }
        if !current.fields.isEmpty { cases.append(current) }
    }

    private static func pair(_ line: Substring) -> (String, String)? {
        let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        return (parts[0].trimmingCharacters(in: .whitespaces), parts[1].trimmingCharacters(in: .whitespaces))
    }
}
