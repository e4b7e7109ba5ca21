import Native
package import Security

extension ConfigurationKey.Rule {
    /// The value, or `nil` when the rule does not allow it.
    func value(of json: JSONValue) -> ConfigurationKey.Value? {
        switch (self, json) {
        case (.integer(let range), .integer(let number)): range.contains(number) ? .integer(number) : nil
        case (.flag, .flag(let flag)): .flag(flag)
        case (.choice(let choices), .text(let text)): choices.contains(text) ? .text(text) : nil
        case (.text(let rule), .text(let text)): rule.allows(text) ? .text(text) : nil
        case (.integer, _), (.flag, _), (.choice, _), (.text, _): nil
        }
    }

    /// The value of an environment variable, which is always text.
    func value(ofVariable text: String) -> ConfigurationKey.Value? {
        switch self {
        case .integer(let range):
            // Int(_:) would take a plus sign, which the file does not.
            guard !text.hasPrefix("+"), let number = Int(text), range.contains(number) else { return nil }
            return .integer(number)
        case .flag:
            return text == "true" ? .flag(true) : text == "false" ? .flag(false) : nil
        case .choice, .text:
            return value(of: .text(text))
        }
    }

    /// What may stand here, as the end of a sentence that begins with "give it".
    var demand: String {
        switch self {
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .flag: "true or false"
        case .choice(let choices): "one of " + choices.map { "\"\($0)\"" }.joined(separator: ", ")
        case .text(.hostOrEmpty): "a DNS name such as \"chat.example.org\", an IP address, or \"\""
        case .text(.serverURLOrEmpty):
            "an address such as \"https://chat.example.org:8443\", without a path, or \"\""
        case .text(.issuer): "an address such as \"https://login.example.org\", without a query"
        case .text(.line): "one line of text, 1024 bytes at most"
        case .text(.pathOrEmpty): "the whole path of a file, or \"\""
        case .text(.address): "an IP address of this machine, \"0.0.0.0\" or \"::\""
        case .text(.networksOrEmpty):
            "addresses and networks such as \"10.0.0.5, 10.1.0.0/16\", without bits behind a prefix, or \"\""
        }
    }
}

extension ConfigurationKey.TextRule {
    func allows(_ text: String) -> Bool {
        switch self {
        case .hostOrEmpty: text.isEmpty || Endpoint.isHost(text)
        case .serverURLOrEmpty: text.isEmpty || Endpoint(url: text) != nil
        case .address: IPAddress(text) != nil
        case .networksOrEmpty: (IPNetwork.list(text)?.count ?? .max) <= 64
        case .issuer: WebAddress(text)?.hasQuery == false
        case .line: text.utf8.count <= 1_024 && !text.unicodeScalars.contains(where: \.isControl)
        case .pathOrEmpty: text.isEmpty || text.hasPrefix("/") && !text.contains("\0")
        }
    }
}

extension Unicode.Scalar {
    fileprivate var isControl: Bool { properties.generalCategory == .control }
}

extension ConfigurationKey.Value {
    package var json: JSONValue {
        switch self {
        case .integer(let number): .integer(number)
        case .flag(let flag): .flag(flag)
        case .text(let text): .text(text)
        }
    }
}
