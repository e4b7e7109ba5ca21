/// A program's key that somebody wishes for.
package struct NewKey: Hashable, Sendable {
    /// What its owner calls it; may be empty.
    package let name: String
    package let scopes: Scopes
    /// From its making.
    package let lifetime: Duration
    /// What it will be called in lists and records, once the server has chosen that; a wish has none.
    package var session: LoginSessionID?

    package init(name: String, scopes: Scopes, lifetime: Duration) {
        self.name = name
        self.scopes = scopes
        self.lifetime = lifetime
    }

    /// Why there can be no such key; `nil` when there can.
    package func objection(limits: Limits) -> Refusal? {
        guard LoginSession.isName(name, limits: limits) else {
            let detail = "a key's name has at most \(limits.sessionNameBytes) bytes, no control characters"
            return Refusal(.invalidName, detail)
        }
        guard !scopes.isEmpty, Scopes.ofKeys.isSuperset(of: scopes) else {
            let names = Scopes.ofKeys.names.joined(separator: ", ")
            return Refusal(.invalidArgument, "a key has one or more of the scopes \(names)")
        }
        guard (limits.keyLeastLifetime...limits.keyLongestLifetime).contains(lifetime) else {
            let (least, most) = (limits.keyLeastLifetime, limits.keyLongestLifetime)
            let detail =
                "a key lives \(least.components.seconds) to \(most.components.seconds) seconds"
            return Refusal(.invalidArgument, detail)
        }
        return nil
    }

    /// What the audit log tells of it beside whose it is.
    package var details: AuditDetails {
        [
            "session": .text(session?.description ?? ""),
            "scopes": .text(scopes.names.joined(separator: " ")),
            "lifetime": .number(lifetime.components.seconds),
        ]
    }
}

extension Refusal {
    package static func tooManyKeys(_ limits: Limits) -> Refusal {
        Refusal(.tooMany, "a person has at most \(limits.keysOfAPerson) keys")
    }
}
