/// Reads of the committed history, from any thread of the work pool; each sees one consistent moment.
package protocol HistoryReader: Sendable {
    /// Events after `sequence` up to and including `last`, in order: at most `maxEvents`, and no further one
    /// once `maxBytes` of content are reached (so one page may exceed them by one event).
    func events(
        of room: RoomID, after sequence: UInt64, through last: UInt64, maxEvents: Int, maxBytes: Int
    ) throws(StorageError) -> [HistoryEvent]

    /// The events at these places that are in their room's range, and the last edit of each that is: what a
    /// message says as far as that range goes. What is not there, or outside, is absent.
    func messages(
        at places: [EventPlace], within ranges: [RoomID: VisibleRange]
    ) throws(StorageError) -> [EventPlace: CurrentMessage]

    /// What a person has left in a room after `sequence`, up to and including `last` or as far as the bounds
    /// go.
    func traces(
        of person: PersonID, in room: RoomID, after sequence: UInt64, through last: UInt64,
        within bounds: Traces.Bounds
    ) throws(StorageError) -> Traces

    /// The chain's link at each of these sequences that exists; also at what the history begins after.
    func links(of room: RoomID, at sequences: [UInt64]) throws(StorageError) -> [UInt64: Digest]

    /// What the room's history begins after: the last event that was removed, and its link; `.empty` where
    /// the history is whole. It only grows: asked behind `events`, it explains what these lack.
    func anchor(of room: RoomID) throws(StorageError) -> Head

    /// The person of this name, as a login needs it.
    func person(named name: String) throws(StorageError) -> Person?
    func person(_ id: PersonID) throws(StorageError) -> Person?
    /// Whom a provider's identity leads in as.
    func person(of identity: ExternalIdentity) throws(StorageError) -> Person?
    /// The open invite of this token, expired or not.
    func openInvite(token: Digest) throws(StorageError) -> OpenInvite?
}

/// An event with its author's displayed name as it is now (a courtesy to readers; no part of the digest
/// chain).
package struct HistoryEvent: Hashable, Sendable {
    package let event: Event
    package let authorName: String

    package init(event: Event, authorName: String) {
        self.event = event
        self.authorName = authorName
    }
}
