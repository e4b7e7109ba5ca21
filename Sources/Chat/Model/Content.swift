/// What a durable event says.
package enum Content: Hashable, Sendable {
    case message(MessageBody)
    case membership(MembershipChange)
    case settings(SettingsChange)
    case edit(Edit)
    /// The message of this sequence says nothing any more.
    case deletion(UInt64)
    case reaction(Reaction)
    case pin(Pin)
    case sanction(SanctionChange)
    case invitation(InvitationChange)
    /// Somebody was deleted: what they said in the room before this event, and what was said of them, says
    /// nothing any more.
    case personDeletion(PersonID)

    /// Of the body that it brings; 0 for none.
    package var bodyCount: Int {
        switch self {
        case .message(let body): body.bytes.count + body.mentions.count * 16
        case .edit(let edit): edit.body.bytes.count
        case .membership, .settings, .deletion, .reaction, .pin, .sanction, .invitation, .personDeletion: 0
        }
    }

    package var namesEveryone: Bool {
        if case .message(let body) = self { body.mentionsEveryone } else { false }
    }

    /// The message of the same room, by its sequence, that it is about.
    package var target: UInt64? {
        switch self {
        case .edit(let edit): edit.target
        case .deletion(let target): target
        case .reaction(let reaction): reaction.target
        case .pin(let pin): pin.target
        case .message, .membership, .settings, .sanction, .invitation, .personDeletion: nil
        }
    }
}

/// The body of a message. A content type other than text leaves room for bodies that the server cannot read.
package struct MessageBody: Hashable, Sendable {
    package static let plainText = "text/plain; charset=utf-8"

    package let contentType: String
    package let bytes: [UInt8]
    /// The sequence of the message that it answers; 0 for none.
    package let replyTo: UInt64
    /// Whom it names. Who of them is a member is told.
    package let mentions: [PersonID]
    /// It names all members.
    package let mentionsEveryone: Bool

    package init(
        contentType: String = plainText, bytes: [UInt8], replyTo: UInt64 = 0, mentions: [PersonID] = [],
        mentionsEveryone: Bool = false
    ) {
        self.contentType = contentType
        self.bytes = bytes
        self.replyTo = replyTo
        self.mentions = mentions
        self.mentionsEveryone = mentionsEveryone
    }

    /// Whether readers take what is of this type for text, however it is written (RFC 9110, 8.3.1).
    package static func isText(_ contentType: String) -> Bool {
        contentType.prefix { $0 != ";" }.filter { $0 != " " }.lowercased() == "text/plain"
    }

    package init(
        text: String, replyTo: UInt64 = 0, mentions: [PersonID] = [], mentionsEveryone: Bool = false
    ) {
        self.init(
            bytes: Array(text.utf8), replyTo: replyTo, mentions: mentions, mentionsEveryone: mentionsEveryone)
    }
}

/// What a message says from now on.
package struct Edit: Hashable, Sendable {
    package let target: UInt64
    package let body: MessageBody

    package init(target: UInt64, body: MessageBody) {
        self.target = target
        self.body = body
    }
}

/// What somebody thinks of a message: one emoji or a short word, put there or taken back.
package struct Reaction: Hashable, Sendable {
    package let target: UInt64
    package let text: String
    package let isRemoved: Bool

    package init(target: UInt64, text: String, isRemoved: Bool = false) {
        self.target = target
        self.text = text
        self.isRemoved = isRemoved
    }
}

/// Somebody joined, was added, changed role, left or was removed.
package struct MembershipChange: Hashable, Sendable {
    package let person: PersonID
    /// The person's displayed name when it happened, so that the history reads without a directory.
    package let personName: String
    /// The role from now on; `nil` when the person is no longer a member.
    package let role: Role?
    /// Why somebody was put out, on one line; may be empty.
    package let reason: String

    package init(person: PersonID, personName: String, role: Role?, reason: String = "") {
        self.person = person
        self.personName = personName
        self.role = role
        self.reason = reason
    }
}

/// A message that is kept before everybody's eyes, or no longer.
package struct Pin: Hashable, Sendable {
    package let target: UInt64
    package let isRemoved: Bool

    package init(target: UInt64, isRemoved: Bool = false) {
        self.target = target
        self.isRemoved = isRemoved
    }
}

/// Somebody was muted or banned, or is no longer.
package struct SanctionChange: Hashable, Sendable {
    package let person: PersonID
    package let personName: String
    package let sanction: Sanction

    package init(person: PersonID, personName: String, sanction: Sanction) {
        self.person = person
        self.personName = personName
        self.sanction = sanction
    }
}

/// Somebody was invited, or is no longer.
package struct InvitationChange: Hashable, Sendable {
    package let person: PersonID
    package let personName: String
    package let isWithdrawn: Bool

    package init(person: PersonID, personName: String, isWithdrawn: Bool = false) {
        self.person = person
        self.personName = personName
        self.isWithdrawn = isWithdrawn
    }
}

/// The room's settings from now on, all of them.
package struct SettingsChange: Hashable, Sendable {
    package let name: String?
    package let topic: String
    package let isArchived: Bool
    package let rules: RoomRules

    package init(name: String?, topic: String, isArchived: Bool, rules: RoomRules = .usual) {
        self.name = name
        self.topic = topic
        self.isArchived = isArchived
        self.rules = rules
    }
}
