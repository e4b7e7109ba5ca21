package import Chat

/// What is looked for and where, once the sequencer has said what the asker may see. A value.
package struct SearchOrder: Hashable, Sendable {
    package let query: SearchQuery
    /// The asker's rooms at that moment, as far as they went then.
    package let rooms: [RoomID: VisibleRange]
    package let before: SearchPlace?
    package let max: Int

    package init(query: SearchQuery, rooms: [RoomID: VisibleRange], before: SearchPlace? = nil, max: Int) {
        self.query = query
        self.rooms = rooms
        self.before = before
        self.max = max
    }
}
