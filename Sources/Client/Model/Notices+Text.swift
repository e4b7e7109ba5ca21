import Chat
package import Wire

extension RefusalNotice {
    /// For people: `the name or the password is wrong (wrong_credentials)`, and what the server adds.
    package var text: String {
        let words = code.map(\.words) ?? "the server refused it for a reason that this version does not know"
        let text = explained(words, name: name, detail: detail)
        guard code == .rateLimited, let seconds = retryAfter?.components.seconds else { return text }
        return text + "; try again in \(seconds + 1) seconds"
    }
}

extension Disconnection {
    /// For people: `the server is stopping (draining)`, and what the server adds.
    package var text: String {
        let words = code.map(\.words) ?? "for a reason that this version does not know"
        return explained(words, name: name, detail: detail)
    }
}

/// The server's detail is left out when all of its words have been said.
private func explained(_ words: String, name: String, detail: String) -> String {
    func said(_ text: String) -> Set<String> {
        Set(text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init))
    }
    return said(detail).isSubset(of: said(words)) ? "\(words) (\(name))" : "\(words) (\(name)): \(detail)"
}
