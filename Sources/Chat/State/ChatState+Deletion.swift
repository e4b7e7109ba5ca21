/// The end of a person, in bounded steps: the first takes everything that lets them in and their name, the
/// following ones what they have left in each room. A crash between two of them loses nothing: what is left
/// to do is stored with each.
extension ChatState {
    /// Does nothing once it has begun.
    mutating func deletePerson<R, H, E>(
        _ reference: PersonReference, by actor: Actor, _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) -> Acceptance {
        guard actor == .operations else { throw Refusal(.forbidden, "people are deleted by the operator") }
        guard var person = person(reference) else { throw Refusal(.unknownPerson) }
        guard deletions[person.id] == nil else { return .person(person.id) }
        try checkNotLastAdministrator(person)
        try checkNotLastOwner(anywhere: person.id)
        var deletion = PersonDeletion(person: person.id, begunAt: context.now)
        deletion.counts[.passwords] = person.password == nil ? 0 : 1
        deletion.counts[.factors] = person.factor == nil ? 0 : 1
        deletion.counts[.identities] = removeIdentities(of: person.id)
        deletion.counts[.blocks] = removeBlocks(of: person.id)
        deletion.counts[.links] = openInvites.values.count { $0.maker == .person(person.id) }
        person.vanish(as: try placeholder(for: person.id, &context))
        // With the links that they made.
        put(person)
        put(deletion)
        record(.personDeleted, by: actor, of: [.person(person.id)], [:], &context)
        return .person(person.id)
    }

    /// - Parameter traces: as they are stored; what is not theirs, or was erased meanwhile, is passed over.
    mutating func erase<R, H, E>(
        _ traces: Traces, of id: PersonID, in room: RoomID, after sequence: UInt64, by actor: Actor,
        _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) -> Acceptance {
        guard actor == .operations else { throw Refusal(.forbidden) }
        guard var deletion = deletions[id], deletion.finishedAt == nil else { throw Refusal(.unknownPerson) }
        guard let state = rooms[room] else { throw Refusal(.unknownRoom) }
        guard deletion.isAhead(room, after: sequence), traces.through >= sequence else {
            throw Refusal(.busy, "this was done already", retryAfter: limits.busyRetry)
        }
        if deletion.room != room { (deletion.room, deletion.toldAt) = (room, 0) }
        var erasures: [Erasure] = []
        for event in traces.events.map(\.event) where deletion.toldAt == 0 || event.sequence < deletion.toldAt
        {
            // What is kept no longer is gone already.
            guard event.room == room, event.sequence > state.anchor.sequence, event.contentDigest == nil,
                !isErased(EventPlace(room: room, sequence: event.sequence)),
                let content = context.encoding.decode(event.content),
                let kind = content.trace(of: id, by: event.author)
            else { continue }
            deletion.counts[kind] += 1
            erasures.append(
                Erasure(
                    sequence: event.sequence, contentDigest: Self.digest(of: event, context.hashing)))
        }
        let isKnown = state.members[id] != nil || state.outsiders[id] != nil
        var events: [Event] = []
        if deletion.toldAt == 0, !erasures.isEmpty || isKnown {
            events = tell(of: id, in: state, &context)
            deletion.toldAt = events.first?.sequence ?? 0
            deletion.counts[.rooms] += 1
        }
        for erasure in erasures {
            erase(erasure, in: room)
            if rooms[room]?.pins.contains(erasure.sequence) == true {
                set(Pin(target: erasure.sequence, isRemoved: true), in: room)
            }
        }
        deletion.sequence = traces.through
        put(deletion, in: room)
        return .room(room, events)
    }

    mutating func finishDeletion(
        of id: PersonID, _ counts: DeletedCounts, by actor: Actor, _ now: Timestamp
    ) throws(Refusal) -> Acceptance {
        guard actor == .operations else { throw Refusal(.forbidden) }
        guard var deletion = deletions[id] else { throw Refusal(.unknownPerson) }
        guard deletion.finishedAt == nil else { return .person(id) }
        for kind in DeletedCounts.Kind.allCases { deletion.counts[kind] += counts[kind] }
        deletion.finishedAt = now
        put(deletion)
        return .person(id)
    }

    /// Everybody in the room hears of it, and then that they are no member any more. The two of a direct room
    /// stay its two, whoever they are by then.
    private mutating func tell<R, H, E>(
        of id: PersonID, in state: RoomState, _ context: inout ApplyContext<R, H, E>
    ) -> [Event] {
        let room = state.room.id
        var events = [addEvent(.personDeletion(id), to: room, by: .operations, &context)]
        guard state.room.kind != .direct else { return events }
        if state.members[id] != nil { events.append(exit(id, room, by: .operations, &context)) }
        set(nil as Standing?, of: id, in: room)
        return events
    }

    private mutating func removeIdentities(of id: PersonID) -> Int {
        let own = identities.filter { $0.value.person == id }.map(\.key)
        for identity in own { put(identity, nil) }
        return own.count
    }

    private mutating func removeBlocks(of id: PersonID) -> Int {
        let own = (blocks[id] ?? []).map { Block(person: id, blocked: $0, isLifted: true) }
        let others = blocks.filter { $0.value.contains(id) }.map {
            Block(person: $0.key, blocked: id, isLifted: true)
        }
        for block in (own + others).sorted(by: { ($0.person, $0.blocked) < ($1.person, $1.blocked) }) {
            set(block)
        }
        return own.count + others.count
    }

    /// A name that says no more than the id does.
    private func placeholder<R, H, E>(
        for id: PersonID, _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) -> Name {
        var digits = id.low
        for _ in 0..<16 {
            let text = "deleted-\(Hex.text(PersonID(high: 0, low: digits).bytes).suffix(12))"
            if let name = Name(text, maxScalars: limits.nameScalars), !isTaken(personName: name) {
                return name
            }
            digits = context.random.next()
        }
        throw Refusal(.nameTaken, "there is no name left for somebody who is deleted")
    }

    // MARK: what must be so

    private func checkNotLastAdministrator(_ person: Person) throws(Refusal) {
        guard person.isAdministrator, !person.isDisabled else { return }
        guard people.values.contains(where: { $0.isAdministrator && !$0.isDisabled && $0.id != person.id })
        else { throw Refusal(.lastAdministrator, "make somebody else administrator first") }
    }

    /// As when they left by themselves.
    private func checkNotLastOwner(anywhere id: PersonID) throws(Refusal) {
        let kept = rooms(of: id).compactMap { rooms[$0] }.filter {
            $0.room.kind != .direct && $0.members.count > 1 && isLastOwner(id, of: $0)
        }
        guard !kept.isEmpty else { return }
        let names = kept.compactMap { $0.room.name?.displayed }.sorted()
        let more = names.count > 8 ? " and \(names.count - 8) more" : ""
        throw Refusal(
            .lastOwner, "make somebody else owner first in \(names.prefix(8).joined(separator: ", "))\(more)")
    }
}

extension Content {
    /// What of somebody's this is, if it is erased with them. What they did to others and to the room stays:
    /// it says nothing of them but their id.
    package func trace(of person: PersonID, by author: PersonID) -> DeletedCounts.Kind? {
        switch self {
        case .message: author == person ? .messages : nil
        case .edit: author == person ? .edits : nil
        case .reaction: author == person ? .reactions : nil
        case .membership(let change): change.person == person ? .mentions : nil
        case .sanction(let change): change.person == person ? .mentions : nil
        case .invitation(let change): change.person == person ? .mentions : nil
        case .settings, .deletion, .pin, .personDeletion: nil
        }
    }
}
