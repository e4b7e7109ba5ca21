/// Names and values as `application/x-www-form-urlencoded`, in a query or a body (RFC 6749, appendix B).
package struct FormFields: Hashable, Sendable {
    package static let most = 64

    private var fields: [(name: String, value: String)] = []

    package init(_ fields: [(String, String)] = []) { self.fields = fields.map { (name: $0, value: $1) } }

    /// `nil` for what is not encoded so, for too many, and for a name that stands twice (RFC 6749, 3.1).
    package init?(_ text: Substring) {
        for field in text.split(separator: "&") {
            let name = field.prefix { $0 != "=" }
            let value = field.dropFirst(name.count + 1)
            guard fields.count < Self.most, let name = Self.decode(name), let value = Self.decode(value),
                self[name] == nil
            else { return nil }
            fields.append((name: name, value: value))
        }
    }

    package subscript(_ name: String) -> String? { fields.first { $0.name == name }?.value }

    package var text: String {
        fields.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }
            .joined(separator: "&")
    }

    private static func decode(_ text: Substring) -> String? {
        PercentEncoding.decode(Substring(text.replacing("+", with: "%20")))
    }

    package static func == (left: Self, right: Self) -> Bool { left.text == right.text }
    package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
