/// Messages, and what is said about them: each becomes one event of its room.
extension ChatState {
    /// - Parameter receipt: what an earlier send of this id was stored as.
    /// - Parameter target: the stored message that it is about; `nil` when none is stored there.
    mutating func send<R, H, E>(
        _ message: SendMessage, by actor: Actor, receipt: Event?, target: StoredTarget?,
        _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) -> Verdict {
        guard case .person(let author) = actor else { throw Refusal(.forbidden, "only people send messages") }
        // A repeated send is answered first: its author may have left the room since, and must still learn
        // its fate.
        if let first = pendingSend(SendKey(person: author, send: message.id)) ?? receipt {
            guard first.room == message.room, isSame(message.content, as: first, &context) else {
                throw Refusal(.idReused, "this id was used for another message")
            }
            return .repeated(first)
        }
        if context.storage != .open { try requireStorage(for: .send(message), by: actor, context) }
        let state = try visibleRoom(.id(message.room), to: actor)
        guard let member = state.members[author] else { throw Refusal(.notAMember) }
        guard !state.room.isArchived else { throw Refusal(.archived) }
        try checkIsHeard(author, member, in: state, message.content, at: context.now)
        switch message.content {
        case .message(let body):
            try check(body)
            let isThere = body.replyTo >= state.first && body.replyTo <= state.head.sequence
            guard body.replyTo == 0 || isThere else { throw Refusal(.unknownEvent) }
            try check(mentionsOf: body, by: member, in: state)
        case .edit(let edit):
            try check(
                edit, of: try standing(message.target, target, in: state, for: author, context), by: author)
        case .deletion:
            let target = try standing(message.target, target, in: state, for: author, context)
            guard target.event.author != author else { break }
            try checkNotMuted(member, at: context.now)
            guard member.role >= .moderator, state.room.kind != .direct else {
                throw Refusal(.forbidden, "others' messages are deleted by moderators")
            }
            try requireAudit(context.audit)
        case .reaction(let reaction):
            _ = try standing(message.target, target, in: state, for: author, context)
            try check(reaction)
        case .pin(let pin):
            guard member.role >= .moderator || state.room.kind == .direct else {
                throw Refusal(.forbidden, "messages are pinned by moderators")
            }
            _ = try standing(message.target, target, in: state, for: author, context)
            guard pin.isRemoved || state.pins.contains(pin.target) || state.pins.count < limits.pinsOfARoom
            else { throw Refusal(.tooMany, "a room has at most \(limits.pinsOfARoom) pinned messages") }
        case .membership, .settings, .sanction, .invitation, .personDeletion:
            throw Refusal(.invalidArgument, "such events are made by the server")
        }
        return .accepted(.sent(add(message, by: author, target, &context)))
    }

    // MARK: what is stored

    private mutating func add<R, H, E>(
        _ message: SendMessage, by author: PersonID, _ stored: StoredTarget?,
        _ context: inout ApplyContext<R, H, E>
    ) -> Event {
        let event = addEvent(message.content, to: message.room, by: author, send: message.id, &context)
        if case .message(let body) = message.content {
            noteSaid(by: author, in: message.room, at: context.now)
            noteMentions(in: body, event)
        }
        guard let place = message.target else { return event }
        switch message.content {
        case .edit:
            let digest = Self.digest(of: event, context.hashing)
            added(
                EditPlace(sequence: event.sequence, target: place.sequence, contentDigest: digest),
                in: place.room)
        case .deletion:
            guard let target = merged(place, stored) else { break }
            let digest = Self.digest(of: target.event, context.hashing)
            let erasure = Erasure(sequence: place.sequence, contentDigest: digest)
            for erased in [erasure] + target.edits { erase(erased, in: place.room) }
            if rooms[place.room]?.pins.contains(place.sequence) == true {
                set(Pin(target: place.sequence, isRemoved: true), in: place.room)
            }
            guard target.event.author != author else { break }
            record(
                .messageDeleted, by: .person(author), of: [.room(place.room), .person(target.event.author)],
                in: place.room, ["sequence": .number(Int64(place.sequence))], &context)
        case .pin(let pin): set(pin, in: place.room)
        case .message, .reaction, .membership, .settings, .sanction, .invitation, .personDeletion: break
        }
        return event
    }

    static func digest(of event: Event, _ hashing: some Hashing) -> Digest {
        DigestChain.contentDigest(salt: event.salt, content: event.content, hashing: hashing)
    }

    // MARK: what must be so

    /// A message that is there, that `person` may read, and that was not deleted.
    func standing<R, H, E>(
        _ place: EventPlace?, _ stored: StoredTarget?, in state: RoomState, for person: PersonID,
        _ context: ApplyContext<R, H, E>
    ) throws(Refusal) -> StoredTarget {
        guard let place, place.sequence >= state.firstVisible(to: person), let target = merged(place, stored)
        else { throw Refusal(.unknownEvent) }
        guard target.event.contentDigest == nil, !isErased(place) else { throw Refusal(.deleted) }
        guard case .message = context.encoding.decode(target.event.content) else {
            throw Refusal(.invalidArgument, "this event is no message")
        }
        return target
    }

    /// What is stored, and what this batch brings.
    private func merged(_ place: EventPlace, _ stored: StoredTarget?) -> StoredTarget? {
        guard let event = stored?.event ?? pendingEvent(at: place) else { return nil }
        return StoredTarget(event: event, edits: (stored?.edits ?? []) + pendingEdits(of: place))
    }

    /// Whoever is muted or blocked takes back what they said, and says no more.
    private func checkIsHeard(
        _ author: PersonID, _ member: Member, in state: RoomState, _ content: Content, at now: Timestamp
    ) throws(Refusal) {
        if case .deletion = content { return }
        try checkNotMuted(member, at: now)
        if let pair = state.room.pair {
            let other = pair.lesser == author ? pair.greater : pair.lesser
            try checkNotBlocked(.person(author), by: other)
        }
        guard case .message = content, member.role == .member, state.room.rules.slowSeconds > 0,
            let last = state.lastSaid[author]
        else { return }
        let next = last.advanced(by: .seconds(state.room.rules.slowSeconds))
        if now < next { throw Refusal(.slowMode, retryAfter: now.interval(to: next)) }
    }

    private func checkNotMuted(_ member: Member, at now: Timestamp) throws(Refusal) {
        guard let until = member.mutedUntil, now < until else { return }
        throw Refusal(.muted, retryAfter: until == .never ? nil : now.interval(to: until))
    }

    private func check(_ edit: Edit, of target: StoredTarget, by author: PersonID) throws(Refusal) {
        guard target.event.author == author else {
            throw Refusal(.forbidden, "a message is edited by its author")
        }
        guard target.edits.count < limits.editsOfAMessage else {
            throw Refusal(.tooMany, "a message is edited \(limits.editsOfAMessage) times at most")
        }
        // Nobody is called by an edit, which may be of a message of years ago.
        guard edit.body.mentions.isEmpty, !edit.body.mentionsEveryone else {
            throw Refusal(.invalidArgument, "whom a message names is not edited")
        }
        guard edit.body.replyTo == 0 else {
            throw Refusal(.invalidArgument, "what a message answers is not edited")
        }
        try check(edit.body)
    }

    private func check(_ reaction: Reaction) throws(Refusal) {
        let text = reaction.text
        guard !text.isEmpty, text.utf8.count <= limits.reactionBytes,
            !PlainText.hasControl(text.utf8.span, allowingLines: false), !text.contains(where: \.isWhitespace)
        else {
            throw Refusal(
                .invalidArgument,
                "a reaction is an emoji or a word of at most \(limits.reactionBytes) bytes")
        }
    }

    private func check(_ body: MessageBody) throws(Refusal) {
        guard !body.bytes.isEmpty else { throw Refusal(.invalidBody, "the message is empty") }
        guard body.bytes.count <= limits.bodyBytes else {
            throw Refusal(.tooLarge, "a message has at most \(limits.bodyBytes) bytes")
        }
        guard !body.contentType.isEmpty, body.contentType.utf8.count <= limits.contentTypeBytes else {
            throw Refusal(.invalidBody, "the content type has 1 to \(limits.contentTypeBytes) bytes")
        }
        let isText = body.contentType == MessageBody.plainText
        guard !isText || !PlainText.hasControl(body.bytes.span, allowingLines: true) else {
            throw Refusal(.invalidBody, PlainText.demand)
        }
    }

    /// By the stored event's content, or by the salted digest that stays when it is erased.
    private func isSame<R, H, E>(
        _ content: Content, as event: Event, _ context: inout ApplyContext<R, H, E>
    ) -> Bool {
        let bytes = context.encoding.encode(content)
        guard let erased = event.contentDigest else { return bytes == event.content }
        let digest = DigestChain.contentDigest(salt: event.salt, content: bytes, hashing: context.hashing)
        return digest == erased
    }
}
