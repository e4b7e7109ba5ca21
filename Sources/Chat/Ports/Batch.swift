/// What one turn of the sequencer changes: stored together, with one sync.
package struct Batch: Hashable, Sendable {
    /// People as they are from now on, whole.
    package var people: [Person]
    package var rooms: [RoomBatch]
    /// Whom providers' identities lead in as.
    package var identities: [ExternalIdentityChange]
    package var invites: [OpenInviteChange]
    package var blocks: [Block]
    /// As they are from now on, whole.
    package var deletions: [PersonDeletion]
    /// What was done to people, for the audit log: waits in the outbox until it is entered there.
    package var audit: [AuditRecord]
    /// Entered in the audit log: gone from the outbox.
    package var audited: [AuditRecordID]
    /// Of the sends that are remembered though their events were removed, those of before this moment are
    /// forgotten: at most `Limits.sendsForgotten` of them.
    package var sendsForgottenBefore: Timestamp?

    package init(
        people: [Person] = [], rooms: [RoomBatch] = [], identities: [ExternalIdentityChange] = [],
        invites: [OpenInviteChange] = [], blocks: [Block] = [], deletions: [PersonDeletion] = [],
        audit: [AuditRecord] = [], audited: [AuditRecordID] = [], sendsForgottenBefore: Timestamp? = nil
    ) {
        self.people = people
        self.rooms = rooms
        self.identities = identities
        self.invites = invites
        self.blocks = blocks
        self.deletions = deletions
        self.audit = audit
        self.audited = audited
        self.sendsForgottenBefore = sendsForgottenBefore
    }

    package var isEmpty: Bool {
        people.isEmpty && rooms.isEmpty && identities.isEmpty && invites.isEmpty && blocks.isEmpty
            && deletions.isEmpty && audit.isEmpty && audited.isEmpty && sendsForgottenBefore == nil
    }
}

/// What changes in one room: all of it is stored, or nothing.
package struct RoomBatch: Hashable, Sendable {
    package let room: RoomID
    /// The head that the store must hold for this batch to be stored; `.empty` for a new room.
    package let expecting: Head
    /// The room's settings as they are from now on; `nil` when they did not change.
    package var settings: Room?
    package var standings: [StandingChange]
    /// Messages that are pinned from now on, or no longer.
    package var pins: [Pin]
    /// How far members have read, from now on.
    package var marks: [ReadMarkChange]
    /// Dense, following `expecting`.
    package var events: [Event]
    /// Which of the events are edits, and of which messages.
    package var edits: [EditPlace]
    /// What is erased, of these events and of earlier ones; after the events are stored.
    package var erasures: [Erasure]
    /// Where the history begins from now on; after all else of this batch. `nil`: where it did.
    package var removal: HistoryRemoval?
    /// How far these erasures bring the deletions that they belong to.
    package var deletions: [PersonDeletion]
    /// What was done to the room, for the audit log.
    package var audit: [AuditRecord]

    package init(
        room: RoomID, expecting: Head, settings: Room? = nil, standings: [StandingChange] = [],
        pins: [Pin] = [], marks: [ReadMarkChange] = [], events: [Event] = [], edits: [EditPlace] = [],
        erasures: [Erasure] = [], removal: HistoryRemoval? = nil, deletions: [PersonDeletion] = [],
        audit: [AuditRecord] = []
    ) {
        self.room = room
        self.expecting = expecting
        self.settings = settings
        self.standings = standings
        self.pins = pins
        self.marks = marks
        self.events = events
        self.edits = edits
        self.erasures = erasures
        self.removal = removal
        self.deletions = deletions
        self.audit = audit
    }
}

/// An edit and the message that it changes, by their sequences, and the salted digest of the edit's content:
/// what stays when both are erased.
package struct EditPlace: Hashable, Sendable {
    package let sequence: UInt64
    package let target: UInt64
    package let contentDigest: Digest

    package init(sequence: UInt64, target: UInt64, contentDigest: Digest) {
        self.sequence = sequence
        self.target = target
        self.contentDigest = contentDigest
    }

    package var erasure: Erasure { Erasure(sequence: sequence, contentDigest: contentDigest) }
}

/// An event whose content is erased, and the salted digest that stays.
package struct Erasure: Hashable, Sendable {
    package let sequence: UInt64
    package let contentDigest: Digest

    package init(sequence: UInt64, contentDigest: Digest) {
        self.sequence = sequence
        self.contentDigest = contentDigest
    }
}

/// What a person is to a room from now on; `nil` for nothing.
package struct StandingChange: Hashable, Sendable {
    package let person: PersonID
    package let standing: Standing?

    package init(person: PersonID, standing: Standing?) {
        self.person = person
        self.standing = standing
    }
}
