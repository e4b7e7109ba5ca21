/// What the history says, made ready to be searched. Made of the history, behind it by some events, and made
/// anew of it where it is lost. Called on one thread, the search's, but for its `reader`.
package protocol SearchIndex: AnyObject {
    var reader: any SearchReader { get }

    /// Up to which sequence each room's history is in the index.
    func positions() throws(StorageError) -> [RoomID: UInt64]

    /// Takes in what follows of each room: all of it, or nothing.
    func apply(_ batch: [RoomChanges]) throws(StorageError)

    /// Takes out messages of a room up to and including this sequence: at most so many, the oldest first.
    /// - Returns: whether there may be more.
    func remove(_ room: RoomID, through sequence: UInt64, max: Int) throws(StorageError) -> Bool

    /// Removes some of what deleted messages have left in the index: a piece of work that takes milliseconds.
    /// - Returns: whether there is more to remove.
    func forget() throws(StorageError) -> Bool

    func close() throws(StorageError)
}

/// What happened to one room's messages, in order.
package struct RoomChanges: Hashable, Sendable {
    package enum Change: Hashable, Sendable {
        case message(IndexedMessage)
        /// The message of this sequence says something else from now on.
        case edit(UInt64, text: String)
        case deletion(UInt64)
    }

    package let room: RoomID
    package let changes: [Change]
    /// Up to where the room is in the index with these.
    package let through: UInt64

    package init(room: RoomID, changes: [Change], through: UInt64) {
        self.room = room
        self.changes = changes
        self.through = through
    }
}

package struct IndexedMessage: Hashable, Sendable {
    package let sequence: UInt64
    package let author: PersonID
    package let at: Timestamp
    /// Empty where there is nothing to be found by: a body that is no text.
    package let text: String

    package init(sequence: UInt64, author: PersonID, at: Timestamp, text: String) {
        self.sequence = sequence
        self.author = author
        self.at = at
        self.text = text
    }
}

/// Looks into an index, on any thread; each call sees one consistent moment.
package protocol SearchReader: Sendable {
    func find(_ lookup: SearchLookup) throws(StorageError) -> SearchFindings
}

/// What is looked for, where, and how far.
package struct SearchLookup: Hashable, Sendable {
    package let query: SearchQuery
    /// Nothing of any other room is found, nor of these outside of their ranges.
    package let rooms: [RoomID: VisibleRange]
    /// Only what is older than this place; `nil` for all.
    package let before: SearchPlace?
    /// At least 1.
    package let maxHits: Int
    /// How many messages are looked at to see whether they really match. At least 1.
    package let maxCandidates: Int

    package init(
        query: SearchQuery, rooms: [RoomID: VisibleRange], before: SearchPlace? = nil, maxHits: Int,
        maxCandidates: Int
    ) {
        self.query = query
        self.rooms = rooms
        self.before = before
        self.maxHits = maxHits
        self.maxCandidates = maxCandidates
    }
}

package struct SearchFindings: Hashable, Sendable {
    /// The newest first.
    package let places: [SearchPlace]
    /// Everything that matches and is not older than this is among `places`; `nil`: all that matches is.
    package let lookedThrough: SearchPlace?
    /// Up to where each of the rooms is in the index; one that is not there at all is absent.
    package let positions: [RoomID: UInt64]

    package init(places: [SearchPlace], lookedThrough: SearchPlace?, positions: [RoomID: UInt64]) {
        self.places = places
        self.lookedThrough = lookedThrough
        self.positions = positions
    }

    /// What an index that is not there finds.
    package static let none = SearchFindings(places: [], lookedThrough: nil, positions: [:])
}
