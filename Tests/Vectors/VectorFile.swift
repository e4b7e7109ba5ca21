import Foundation

/// A file of Wycheproof's: groups of tests, each with its verdict.
struct VectorFile {
    struct Case {
        let number: Int
        let verdict: Verdict
        let flags: Set<String>
        fileprivate let fields: [String: Any]
        fileprivate let group: [String: Any]

        /// Bytes written in hexadecimal.
        func bytes(_ name: String) -> [UInt8] { Hexadecimal.bytes(fields[name] as? String ?? "") }
        func number(_ name: String) -> Int { fields[name] as? Int ?? 0 }
        func groupBytes(_ name: String) -> [UInt8] { Hexadecimal.bytes(group[name] as? String ?? "") }
        func groupNumber(_ name: String) -> Int { group[name] as? Int ?? 0 }
        /// A field of the group's public key, which is an object.
        func publicKey(_ name: String) -> [UInt8] {
            Hexadecimal.bytes((group["publicKey"] as? [String: Any])?[name] as? String ?? "")
        }
    }

    enum Verdict: String {
        case valid
        case invalid
        /// Either way is right, but a value that comes out must be the one given.
        case acceptable
    }

    let cases: [Case]

    init(_ url: URL) throws {
        guard let file = try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any],
            let groups = file["testGroups"] as? [[String: Any]]
        else { throw CocoaError(.fileReadCorruptFile) }
        cases = groups.flatMap { group -> [Case] in
            (group["tests"] as? [[String: Any]] ?? []).compactMap { test in
                guard let number = test["tcId"] as? Int,
                    let verdict = (test["result"] as? String).flatMap(Verdict.init)
                else { return nil }
                let flags = Set(test["flags"] as? [String] ?? [])
                return Case(number: number, verdict: verdict, flags: flags, fields: test, group: group)
            }
        }
    }
}

enum Hexadecimal {
    static func bytes(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var high: UInt8?
        for character in text {
            guard let digit = character.hexDigitValue.map(UInt8.init) else { return [] }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return bytes
    }
}
