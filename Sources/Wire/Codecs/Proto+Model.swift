import Chat
import FoundationEssentials

// Between the generated types and Chat's, where nothing can be wrong or the answer is an optional.

extension ProtoMessageBody {
    init(_ body: MessageBody) {
        self.init()
        // Plain text that is no UTF-8 cannot travel as text; readers get it as the bytes it is.
        if body.contentType == MessageBody.plainText, let text = String(validating: body.bytes, as: UTF8.self)
        {
            self.text = text
        } else {
            opaque.contentType = body.contentType
            opaque.data = .init(body.bytes)
        }
        replyTo = body.replyTo
        mentions = body.mentions.map { .init($0.bytes) }
        mentionsEveryone = body.mentionsEveryone
    }

    /// `nil` when there is no body, or of a kind that this version does not know.
    var model: MessageBody? {
        let named = mentions.compactMap { PersonID(bytes: $0) }
        return switch body {
        case .text(let text):
            MessageBody(text: text, replyTo: replyTo, mentions: named, mentionsEveryone: mentionsEveryone)
        case .opaque(let opaque):
            MessageBody(
                contentType: opaque.contentType, bytes: Array(opaque.data), replyTo: replyTo, mentions: named,
                mentionsEveryone: mentionsEveryone)
        case nil: nil
        }
    }
}

extension ProtoEdit {
    init(_ edit: Edit) {
        self.init()
        target = edit.target
        body = ProtoMessageBody(edit.body)
    }
}

extension ProtoDeletion {
    init(of target: UInt64) {
        self.init()
        self.target = target
    }
}

extension ProtoReaction {
    init(_ reaction: Reaction) {
        self.init()
        target = reaction.target
        text = reaction.text
        removed = reaction.isRemoved
    }

    var model: Reaction { Reaction(target: target, text: text, isRemoved: removed) }
}

extension ProtoPin {
    init(_ pin: Pin) {
        self.init()
        target = pin.target
        removed = pin.isRemoved
    }

    var model: Pin { Pin(target: target, isRemoved: removed) }
}

extension ProtoSanctionKind {
    init(_ kind: Sanction.Kind) {
        switch kind {
        case .mute: self = .mute
        case .ban: self = .ban
        }
    }

    /// `nil` for none, and for one that this version does not know.
    var model: Sanction.Kind? {
        switch self {
        case .mute: .mute
        case .ban: .ban
        case .unspecified, .UNRECOGNIZED: nil
        }
    }
}

extension ProtoVisibility {
    init(_ visibility: RoomRules.Visibility) {
        switch visibility {
        case .all: self = .all
        case .sinceJoining: self = .sinceJoining
        }
    }

    /// `nil` for none, and for one that this version does not know.
    var model: RoomRules.Visibility? {
        switch self {
        case .all: .all
        case .sinceJoining: .sinceJoining
        case .unspecified, .UNRECOGNIZED: nil
        }
    }
}

extension ProtoRole {
    init(_ role: Role?) {
        switch role {
        case .member: self = .member
        case .moderator: self = .moderator
        case .owner: self = .owner
        case nil: self = .none
        }
    }

    /// `.some(nil)` for no role; `nil` for one that this version does not know.
    var model: Role?? {
        switch self {
        case .member: .some(.member)
        case .moderator: .some(.moderator)
        case .owner: .some(.owner)
        case .none: .some(nil)
        case .UNRECOGNIZED: nil
        }
    }
}

extension ProtoRoomKind {
    init(_ kind: Room.Kind) {
        switch kind {
        case .open: self = .public
        case .closed: self = .private
        case .direct: self = .direct
        }
    }

    /// `nil` for none, and for one that this version does not know.
    var model: Room.Kind? {
        switch self {
        case .public: .open
        case .private: .closed
        case .direct: .direct
        case .unspecified, .UNRECOGNIZED: nil
        }
    }
}

extension ProtoRoomReference {
    init(_ reference: RoomReference) {
        self.init()
        switch reference {
        case .id(let id): self.id = .init(id.bytes)
        case .name(let name): self.name = name
        }
    }
}

extension ProtoPersonReference {
    init(_ reference: PersonReference) {
        self.init()
        switch reference {
        case .id(let id): self.id = .init(id.bytes)
        case .name(let name): self.name = name
        }
    }
}

extension ProtoCheckpoint {
    init(_ head: Head) {
        self.init()
        sequence = head.sequence
        link = .init(head.link.bytes)
    }

    /// `nil` when the link is no digest.
    var model: Head? {
        if sequence == 0, link.isEmpty { return .empty }
        return Digest(bytes: link).map { Head(sequence: sequence, link: $0) }
    }
}

extension ProtoPerson {
    init(_ person: PersonSummary) {
        self.init()
        id = .init(person.id.bytes)
        name = person.name
        administrator = person.isAdministrator
    }

    var model: PersonSummary? {
        PersonID(bytes: id).map { PersonSummary(id: $0, name: name, isAdministrator: administrator) }
    }
}

extension ProtoMember {
    init(_ member: MemberSummary) {
        self.init()
        person = ProtoPerson(member.person)
        role = ProtoRole(member.role)
        mutedUntil = member.mutedUntil?.milliseconds ?? 0
        presence = ProtoPresenceState(member.presence)
    }

    var model: MemberSummary? {
        guard let person = person.model, case .some(.some(let role)) = role.model else { return nil }
        return MemberSummary(
            person: person, role: role, mutedUntil: .stated(mutedUntil), presence: presence.model ?? .offline)
    }
}

extension ProtoRoomInfo {
    init(_ room: RoomSummary) {
        self.init()
        id = .init(room.id.bytes)
        kind = ProtoRoomKind(room.kind)
        name = room.name
        topic = room.topic
        archived = room.isArchived
        role = ProtoRole(room.role)
        head = room.head
        members = UInt32(clamping: room.members)
        first = room.first
        invited = room.isInvited
    }

    var model: RoomSummary? { model(reading: nil) }

    func model(reading: ReadPosition?) -> RoomSummary? {
        guard let id = RoomID(bytes: id), let kind = kind.model, let role = role.model else { return nil }
        return RoomSummary(
            id: id, kind: kind, name: name, topic: topic, isArchived: archived, role: role, head: head,
            members: Int(members), first: max(first, 1), isInvited: invited, reading: reading)
    }
}

extension ProtoRoomDetails {
    init(_ room: RoomDetails) {
        self.init()
        visibility = ProtoVisibility(room.rules.visibility)
        slowSeconds = UInt32(clamping: room.rules.slowSeconds)
        mutedUntil = room.mutedUntil?.milliseconds ?? 0
        pins = room.pins
        keepDays = UInt32(clamping: room.rules.keepDays)
    }

    var model: RoomDetails {
        RoomDetails(
            rules: RoomRules(
                visibility: visibility.model ?? .all, slowSeconds: Int(slowSeconds), keepDays: Int(keepDays)),
            mutedUntil: .stated(mutedUntil), pins: pins)
    }
}

extension ProtoSessionInfo {
    init(_ session: SessionSummary) {
        self.init()
        id = .init(session.id.bytes)
        kind = session.kind == .device ? .device : .key
        name = session.name
        created = session.createdAt.milliseconds
        lastSeen = session.lastSeenAt.milliseconds
        expires = session.expiresAt.milliseconds
        current = session.isCurrent
        scopes = session.scopes.protocolScopes
    }

    /// `nil` for a kind that this version does not know, too.
    var model: SessionSummary? {
        guard let id = LoginSessionID(bytes: id) else { return nil }
        let known: LoginSession.Kind
        switch kind {
        case .device: known = .device
        case .key: known = .key
        case .unspecified, .UNRECOGNIZED: return nil
        }
        return SessionSummary(
            id: id, kind: known, scopes: known == .device ? .ofDevices : Scopes(scopes), name: name,
            createdAt: Timestamp(milliseconds: created), lastSeenAt: Timestamp(milliseconds: lastSeen),
            expiresAt: Timestamp(milliseconds: expires),
            isCurrent: current)
    }
}

extension ProtoEvent {
    init(_ entry: HistoryEvent) {
        self.init()
        room = .init(entry.event.room.bytes)
        sequence = entry.event.sequence
        id = .init(entry.event.id.bytes)
        author = .init(entry.event.author.bytes)
        authorName = entry.authorName
        at = entry.event.at.milliseconds
        content = .init(entry.event.content)
        salt = .init(entry.event.salt.bytes)
        if let digest = entry.event.contentDigest { contentDigest = .init(digest.bytes) }
        link = .init(entry.event.link.bytes)
    }

    /// The send's own id does not travel; the content's digest does where the content does not.
    var model: HistoryEvent? {
        guard let room = RoomID(bytes: room), let id = EventID(bytes: id),
            let author = PersonID(bytes: author), let salt = Salt(bytes: salt),
            let link = Digest(bytes: link), sequence > 0, content.isEmpty != contentDigest.isEmpty
        else { return nil }
        let erased = Digest(bytes: contentDigest)
        guard content.isEmpty == (erased != nil) else { return nil }
        let event = Event(
            room: room, sequence: sequence, id: id, author: author, at: Timestamp(milliseconds: at),
            content: Array(content), salt: salt, contentDigest: erased, link: link, sendID: nil)
        return HistoryEvent(event: event, authorName: authorName)
    }
}

extension Timestamp {
    /// 0 stands for none.
    static func stated(_ milliseconds: Int64) -> Timestamp? {
        milliseconds == 0 ? nil : Timestamp(milliseconds: milliseconds)
    }
}

extension Duration {
    /// Whole milliseconds, as the protocol has them; 0 stands for none.
    static func stated(_ milliseconds: UInt32) -> Duration? {
        milliseconds == 0 ? nil : .milliseconds(Int64(milliseconds))
    }

    var statedMilliseconds: UInt32 {
        let (seconds, attoseconds) = components
        return UInt32(
            clamping: seconds.multipliedReportingOverflow(by: 1_000).partialValue
                + attoseconds / 1_000_000_000_000_000)
    }
}
