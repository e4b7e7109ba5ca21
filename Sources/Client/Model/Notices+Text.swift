package import Wire

extension RefusalNotice {
    /// For people: `the name or the password is wrong (wrong_credentials)`, and what the server adds.
    package var text: String {
        let words = code.map(\.words) ?? "the server refused it for a reason that this version does not know"
        return detail.isEmpty ? "\(words) (\(name))" : "\(words) (\(name)): \(detail)"
    }
}

extension Disconnection {
    /// For people: `the server is stopping (draining)`, and what the server adds.
    package var text: String {
        let words = code.map(\.words) ?? "for a reason that this version does not know"
        return detail.isEmpty ? "\(words) (\(name))" : "\(words) (\(name)): \(detail)"
    }
}
