extension ChatState {
    mutating func createRoom<R, H, E>(
        _ name: String, _ kind: Room.Kind, by actor: Actor, _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) -> Acceptance {
        guard kind != .direct else {
            throw Refusal(.invalidArgument, "a direct room is opened with a person")
        }
        let name = try freeRoomName(name)
        guard rooms.count < limits.rooms else { throw Refusal(.tooMany, "at most \(limits.rooms) rooms") }
        if case .person(let creator) = actor { try checkRoomCount(of: creator) }
        let room = Room(
            id: RoomID(at: context.now, random: &context.random), kind: kind, name: name,
            createdAt: context.now)
        put(room, at: context.now)
        var events = [addEvent(settings(of: room), to: room.id, by: actor.author, &context)]
        if case .person(let creator) = actor {
            events.append(enter(creator, room.id, .owner, by: creator, &context))
        }
        record(
            .roomCreated, by: actor, of: [.room(room.id)], in: room.id,
            ["name": .text(name.displayed), "kind": .text(kind.name)], &context)
        return .room(room.id, events)
    }

    mutating func openDirect<R, H, E>(
        with other: PersonReference, by actor: Actor, _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) -> Acceptance {
        guard case .person(let opener) = actor else {
            throw Refusal(.forbidden, "only people open direct rooms")
        }
        guard let other = person(other), !other.isDisabled else { throw Refusal(.unknownPerson) }
        let pair = PersonPair(opener, other.id)
        if let state = directRoom(of: pair) { return .room(state.room.id, []) }
        try checkNotBlocked(actor, by: other.id)
        guard rooms.count < limits.rooms else { throw Refusal(.tooMany, "at most \(limits.rooms) rooms") }
        try checkRoomCount(of: opener)
        try checkRoomCount(of: other.id)
        let room = Room(
            id: RoomID(at: context.now, random: &context.random), kind: .direct, name: nil,
            createdAt: context.now,
            pair: pair)
        put(room, at: context.now)
        var events = [addEvent(settings(of: room), to: room.id, by: opener, &context)]
        events.append(enter(opener, room.id, .member, by: opener, &context))
        if other.id != opener { events.append(enter(other.id, room.id, .member, by: opener, &context)) }
        return .room(room.id, events)
    }

    mutating func changeSettings<R, H, E>(
        of reference: RoomReference, _ change: RequestedSettings, by actor: Actor,
        _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) -> Acceptance {
        let state = try visibleRoom(reference, to: actor)
        var room = state.room
        guard room.kind != .direct else { throw Refusal(.forbidden, "a direct room has no settings") }
        try require(change.isForModerators ? .moderator : .owner, of: actor, in: state)
        if let topic = change.topic {
            guard topic.utf8.count <= limits.topicBytes else {
                throw Refusal(.tooLarge, "a topic has at most \(limits.topicBytes) bytes")
            }
            guard !PlainText.hasControl(topic.utf8.span, allowingLines: false) else {
                throw Refusal(.invalidArgument, "a topic has no control characters")
            }
            room.topic = topic
        }
        if let text = change.name { room.name = try freeRoomName(text, of: room.id) }
        if let isArchived = change.isArchived { room.isArchived = isArchived }
        if let visibility = change.visibility { room.rules.visibility = visibility }
        if let seconds = change.slowSeconds {
            guard (0...limits.slowSeconds).contains(seconds) else {
                throw Refusal(.invalidArgument, "slow mode has 0 to \(limits.slowSeconds) seconds")
            }
            room.rules.slowSeconds = seconds
        }
        if let days = change.keepDays {
            guard (0...limits.keepDays).contains(days) else {
                throw Refusal(.invalidArgument, "a history is kept for 0 to \(limits.keepDays) days")
            }
            room.rules.keepDays = days
        }
        guard room != state.room else { return .room(room.id, []) }
        // An archived room takes no change but its return.
        if state.room.isArchived, room.isArchived { throw Refusal(.archived) }
        put(room, at: context.now)
        let event = addEvent(settings(of: room), to: room.id, by: actor.author, &context)
        let kind: AuditKind =
            room.isArchived == state.room.isArchived
            ? .roomChanged : room.isArchived ? .roomArchived : .roomRestored
        record(
            kind, by: actor, of: [.room(room.id)], in: room.id,
            [
                "name": .text(room.name?.displayed ?? ""), "topic": .text(room.topic),
                "history": .text(room.rules.visibility.name),
                "slow_seconds": .number(Int64(room.rules.slowSeconds)),
                "keep_days": .number(Int64(room.rules.keepDays)),
            ], &context)
        return .room(room.id, [event])
    }

    /// Nothing changes here.
    mutating func recordExport<R, H, E>(
        of reference: RoomReference, by actor: Actor, _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) -> Acceptance {
        guard actor == .operations else { throw Refusal(.forbidden, "rooms are exported by the operator") }
        let room = try visibleRoom(reference, to: actor).room
        record(
            .roomExported, by: actor, of: [.room(room.id)], ["name": .text(room.name?.displayed ?? "")],
            &context)
        return .room(room.id, [])
    }

    /// A room that `actor` may know of: a private one is unknown to whoever is neither its member nor
    /// invited.
    package func visibleRoom(_ reference: RoomReference, to actor: Actor) throws(Refusal) -> RoomState {
        guard let state = room(reference) else { throw Refusal(.unknownRoom) }
        guard case .person(let person) = actor, state.room.kind != .open else { return state }
        guard state.members[person] != nil || state.outsiders[person]?.isInvited == true else {
            throw Refusal(.unknownRoom)
        }
        return state
    }

    func require(_ role: Role, of actor: Actor, in state: RoomState) throws(Refusal) {
        guard case .person(let person) = actor else { return }
        guard let own = state.role(of: person) else { throw Refusal(.notAMember) }
        guard own >= role else { throw Refusal(.forbidden, "this needs the role of \(role.name)") }
    }

    private func freeRoomName(_ text: String, of room: RoomID? = nil) throws(Refusal) -> Name {
        guard let name = Name(text, maxScalars: limits.nameScalars) else {
            throw Refusal(.invalidName, "a room's name \(Name.demand), \(limits.nameScalars) at most")
        }
        guard !isTaken(roomName: name, besides: room) else {
            throw Refusal(.nameTaken, "a room has that name, or one that looks like it")
        }
        return name
    }

    private func settings(of room: Room) -> Content {
        .settings(
            SettingsChange(
                name: room.name?.displayed, topic: room.topic, isArchived: room.isArchived,
                rules: room.rules))
    }
}
