/// What an audit entry says beside who and what: names, addresses, reasons. One JSON object of text, numbers
/// and flags; it may be erased later, so everything personal belongs here.
package struct AuditDetails: Hashable, Sendable {
    package enum Value: Hashable, Sendable, ExpressibleByStringLiteral {
        case text(String)
        case number(Int64)
        case flag(Bool)

        package init(stringLiteral value: String) { self = .text(value) }
    }

    /// Longer text is cut: a stranger chooses some of it.
    package static let textScalars = 256

    private struct Member: Hashable, Sendable {
        let name: String
        let value: Value
    }

    private var members: [Member] = []

    /// At the end; a name stands here once.
    package mutating func append(_ name: String, _ value: Value) {
        members.append(Member(name: name, value: value))
    }

    /// The same, then the others.
    package func followed(by others: AuditDetails) -> AuditDetails {
        var all = self
        all.members += others.members
        return all
    }

    /// UTF-8, in one line, without blanks between the tokens.
    package var json: [UInt8] {
        var text = "{"
        for (index, member) in members.enumerated() {
            if index > 0 { text += "," }
            Self.write(member.name, to: &text)
            text += ":"
            switch member.value {
            case .text(let value):
                var cut = String.UnicodeScalarView()
                cut.append(contentsOf: value.unicodeScalars.prefix(Self.textScalars))
                Self.write(String(cut), to: &text)
            case .number(let value): text += String(value)
            case .flag(let value): text += value ? "true" : "false"
            }
        }
        return Array((text + "}").utf8)
    }

    /// RFC 8259, section 7; control characters of Unicode's second block are escaped too, for terminals.
    private static func write(_ value: String, to text: inout String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\u{0}"..."\u{1f}", "\u{7f}"..."\u{9f}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}

extension AuditDetails: ExpressibleByDictionaryLiteral {
    /// In this order.
    package init(dictionaryLiteral elements: (String, Value)...) {
        members = elements.map { Member(name: $0, value: $1) }
    }
}
