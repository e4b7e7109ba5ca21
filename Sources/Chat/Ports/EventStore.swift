/// The history and what belongs to it, as its only writer sees it. Called on the sequencer's thread alone.
package protocol EventStore: AnyObject {
    /// Everything the chat's state is rebuilt from. Called once, before the first append.
    func load() throws(StorageError) -> StoredState

    /// Stores the batch durably. `completed` is called once, on the sequencer's thread: before this returns
    /// where the store works synchronously, later where it does not. After `.unknown` no more may be appended
    /// by this process.
    func append(_ batch: Batch, completed: @escaping (AppendOutcome) -> Void)

    /// A room as it is stored now, after a conflict; `nil` when there is none.
    func reload(_ room: RoomID) throws(StorageError) -> StoredState.StoredRoom?

    /// What became of earlier sends: the events they were stored as. Sends that were never stored are absent.
    /// An event that was removed, and is remembered, is erased and has no link.
    func receipts(for sends: [SendKey]) throws(StorageError) -> [SendKey: Event]

    /// The events at these places, and what is known of the edits of each; what is not there is absent.
    func targets(at places: [EventPlace]) throws(StorageError) -> [EventPlace: StoredTarget]

    /// How many messages their rooms had up to these places; what is not there is absent.
    func messageCounts(at places: [EventPlace]) throws(StorageError) -> [EventPlace: UInt64]

    /// The greatest send id stored for anybody, among those up to and including `bound`: what is between it
    /// and the bound is surely new, and needs no look-up.
    func greatestSend(upTo bound: SendID) throws(StorageError) -> SendID?
}

/// One person's send.
package struct SendKey: Hashable, Sendable {
    package let person: PersonID
    package let send: SendID

    package init(person: PersonID, send: SendID) {
        self.person = person
        self.send = send
    }
}

/// An event that something is said about, as it is stored.
package struct StoredTarget: Hashable, Sendable {
    package let event: Event
    /// Of a message, in their order: what their erasure would be. Their contents are not read for it.
    package let edits: [Erasure]

    package init(event: Event, edits: [Erasure] = []) {
        self.event = event
        self.edits = edits
    }
}

/// What became of a batch.
package enum AppendOutcome: Hashable, Sendable {
    /// On disk: covered by a sync that succeeded.
    case stored
    /// These rooms' heads were not as expected. Nothing of them was stored; all else was.
    case conflict([RoomID])
    /// Nothing was stored, and the store is as it was: the batch may be refused and later ones appended.
    case full
    /// The store's file is damaged. Nothing was stored, and nothing will be any more: it is only read.
    case damaged(String)
    /// The batch may be stored or not. Whoever sent must be told so, and the process must start again from
    /// disk.
    case unknown(String)
}

/// All that the chat's state is rebuilt from.
package struct StoredState: Sendable {
    package struct StoredRoom: Sendable {
        package let room: Room
        package let head: Head
        /// What the history begins after; `.empty` where it is whole.
        package let anchor: Head
        /// When the room's last event was: the next one is not earlier.
        package let lastAt: Timestamp
        package let members: [PersonID: Member]
        package let outsiders: [PersonID: Outsider]
        /// The sequences of pinned messages, in the order in which they were pinned.
        package let pins: [UInt64]
        /// How many messages it has had.
        package let messages: UInt64
        /// How far each member has read.
        package let marks: [PersonID: ReadMark]

        package init(
            room: Room, head: Head, anchor: Head = .empty, lastAt: Timestamp, members: [PersonID: Member],
            outsiders: [PersonID: Outsider] = [:], pins: [UInt64] = [], messages: UInt64 = 0,
            marks: [PersonID: ReadMark] = [:]
        ) {
            self.room = room
            self.head = head
            self.anchor = anchor
            self.lastAt = lastAt
            self.members = members
            self.outsiders = outsiders
            self.pins = pins
            self.messages = messages
            self.marks = marks
        }
    }

    /// Which history this is: a restored or failed-over one has another.
    package let incarnation: Incarnation
    package let people: [Person]
    package let rooms: [StoredRoom]
    package let identities: [IdentityLink]
    package let invites: [OpenInvite]
    package let blocks: [Block]
    package let deletions: [PersonDeletion]
    /// Records that the audit log may not have yet, in the order in which they were made.
    package let outbox: [AuditRecord]

    package init(
        incarnation: Incarnation, people: [Person], rooms: [StoredRoom], identities: [IdentityLink] = [],
        invites: [OpenInvite] = [], blocks: [Block] = [], deletions: [PersonDeletion] = [],
        outbox: [AuditRecord] = []
    ) {
        self.incarnation = incarnation
        self.people = people
        self.rooms = rooms
        self.identities = identities
        self.invites = invites
        self.blocks = blocks
        self.deletions = deletions
        self.outbox = outbox
    }
}

package typealias Incarnation = Identifier<StoredState>
