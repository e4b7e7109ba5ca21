package import Chat

/// What a client looks for.
package struct SearchRequest: Hashable, Sendable {
    package let query: String
    /// Only there; `nil` for all of the asker's rooms.
    package let room: RoomReference?
    package let author: PersonReference?
    package let since: Timestamp?
    package let until: Timestamp?
    /// Where the page before ended; `nil` for the first one.
    package let cursor: SearchPlace?
    /// At least 1; at most `Limits.searchPageHits` once decoded.
    package let max: Int

    package init(
        query: String, room: RoomReference? = nil, author: PersonReference? = nil, since: Timestamp? = nil,
        until: Timestamp? = nil, cursor: SearchPlace? = nil, max: Int
    ) {
        self.query = query
        self.room = room
        self.author = author
        self.since = since
        self.until = until
        self.cursor = cursor
        self.max = max
    }
}

/// What was found, the newest first.
package struct SearchPage: Hashable, Sendable {
    /// Of one that was edited, the event is without its content.
    package let found: [CurrentMessage]
    /// Where the next page begins; `nil` where there is none.
    package let next: SearchPlace?
    /// Not everything that is stored could be looked through.
    package let isBehind: Bool

    package init(found: [CurrentMessage], next: SearchPlace? = nil, isBehind: Bool = false) {
        self.found = found
        self.next = next
        self.isBehind = isBehind
    }
}
