/// What somebody looks for among the messages of the own rooms.
package struct SearchQuery: Hashable, Sendable {
    /// As it was typed: every word of it must be found.
    package let text: String
    /// Of this person only; `nil` for everybody.
    package let author: PersonID?
    /// From this moment on; `nil` from the first message on.
    package let since: Timestamp?
    /// Before this moment; `nil` up to the last message.
    package let until: Timestamp?

    package init(
        text: String, author: PersonID? = nil, since: Timestamp? = nil, until: Timestamp? = nil
    ) {
        self.text = text
        self.author = author
        self.since = since
        self.until = until
    }

    /// Whether the filters, words aside, let it pass.
    package func admits(author: PersonID, at: Timestamp) -> Bool {
        if let wanted = self.author, wanted != author { return false }
        if let since, at < since { return false }
        if let until, at >= until { return false }
        return true
    }
}
