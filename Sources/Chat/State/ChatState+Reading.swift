/// How far members have read, what they have not read yet, and who is named in it.
extension ChatState {
    /// - Parameter counted: how many messages there were up to there, where that is stored.
    mutating func markRead(
        _ room: RoomID, through sequence: UInt64, by actor: Actor, _ counted: UInt64?
    ) throws(Refusal) -> Acceptance {
        guard case .person(let person) = actor else { throw Refusal(.forbidden, "only people read rooms") }
        let state = try visibleRoom(.id(room), to: actor)
        guard state.members[person] != nil, let mark = readMarks[room, person] else {
            throw Refusal(.notAMember)
        }
        guard sequence <= state.head.sequence else { throw Refusal(.unknownEvent) }
        let messages = counted ?? pendingEvent(at: EventPlace(room: room, sequence: sequence))?.messages
        // Nobody unreads; and what is no longer there was before everything that is.
        if let messages, sequence > mark.sequence {
            set(
                ReadMark(
                    sequence: sequence, messages: messages,
                    mentions: mark.mentions.filter { $0 > sequence }),
                of: person, in: room)
        }
        return .position(room)
    }

    /// What a member has read, and what not; `nil` for who is none.
    package func readPosition(of person: PersonID, in room: RoomID) -> ReadPosition? {
        guard let state = rooms[room], let mark = readMarks[room, person] else { return nil }
        // What is kept no longer is not unread: no more than there are events.
        let seen = max(mark.sequence, state.anchor.sequence)
        let left = state.head.sequence - min(seen, state.head.sequence)
        return ReadPosition(
            room: room, sequence: mark.sequence,
            unread: min(left, state.messages - min(mark.messages, state.messages)),
            mentions: mark.mentions.filter { $0 > state.anchor.sequence }.count)
    }

    func check(mentionsOf body: MessageBody, by member: Member, in state: RoomState) throws(Refusal) {
        guard body.mentions.count <= limits.mentionsOfAMessage else {
            throw Refusal(.tooMany, "a message names at most \(limits.mentionsOfAMessage) people")
        }
        guard body.mentionsEveryone else { return }
        guard member.role >= .moderator || state.room.kind == .direct else {
            throw Refusal(.forbidden, "everybody is named by moderators")
        }
        guard state.members.count <= limits.membersNamedAtOnce else {
            throw Refusal(
                .tooMany, "everybody is named in rooms of at most \(limits.membersNamedAtOnce) members")
        }
    }

    /// Notes with those whom a message names that it does. Whoever has blocked the author is not told.
    mutating func noteMentions(in body: MessageBody, _ event: Event) {
        for person in mentioned(by: body, event.author, in: event.room) {
            guard var mark = readMarks[event.room, person] else { continue }
            mark.mentions.append(event.sequence)
            if mark.mentions.count > limits.mentionsKept {
                mark.mentions.removeFirst(mark.mentions.count - limits.mentionsKept)
            }
            set(mark, of: person, in: event.room)
        }
    }

    /// The members of a room whom a message names, each once, in the order of their ids.
    package func mentioned(by body: MessageBody, _ author: PersonID, in room: RoomID) -> [PersonID] {
        guard !body.mentions.isEmpty || body.mentionsEveryone, let state = rooms[room] else { return [] }
        let named = body.mentionsEveryone ? Set(state.members.keys) : Set(body.mentions)
        return named.filter { person in
            person != author && state.members[person] != nil && blocks[person]?.contains(author) != true
        }.sorted()
    }
}
