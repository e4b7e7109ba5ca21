extension ChatState {
    mutating func join<R, H, E>(
        _ reference: RoomReference, by actor: Actor, _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) -> Acceptance {
        guard case .person(let person) = actor else { throw Refusal(.forbidden, "only people join rooms") }
        let state = try visibleRoom(reference, to: actor)
        if state.members[person] != nil { return .room(state.room.id, []) }
        try checkNotBanned(person, from: state, at: context.now)
        guard !state.room.isArchived else { throw Refusal(.archived) }
        try checkMemberCount(of: state)
        try checkRoomCount(of: person)
        return .room(state.room.id, [enter(person, state.room.id, .member, by: person, &context)])
    }

    mutating func leave<R, H, E>(
        _ reference: RoomReference, by actor: Actor, _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) -> Acceptance {
        guard case .person(let person) = actor else { throw Refusal(.forbidden, "only people leave rooms") }
        let state = try visibleRoom(reference, to: actor)
        guard state.members[person] != nil else { throw Refusal(.notAMember) }
        guard state.room.kind != .direct else { throw Refusal(.forbidden, "nobody leaves a direct room") }
        try checkNotLastOwner(person, of: state)
        return .room(state.room.id, [exit(person, state.room.id, by: person, &context)])
    }

    mutating func addMember<R, H, E>(
        _ person: PersonReference, to reference: RoomReference, as role: Role, by actor: Actor,
        _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) -> Acceptance {
        let state = try visibleRoom(reference, to: actor)
        guard state.room.kind != .direct else { throw Refusal(.forbidden, "a direct room keeps its members") }
        try require(role == .member ? .moderator : .owner, of: actor, in: state)
        guard let person = self.person(person), !person.isDisabled else { throw Refusal(.unknownPerson) }
        guard state.members[person.id] == nil else { throw Refusal(.alreadyMember) }
        try checkNotBanned(person.id, from: state, at: context.now)
        try checkNotBlocked(actor, by: person.id)
        guard !state.room.isArchived else { throw Refusal(.archived) }
        try checkMemberCount(of: state)
        try checkRoomCount(of: person.id)
        let event = enter(person.id, state.room.id, role, by: actor.author, &context)
        record(.memberAdded, of: person, role, in: state, by: actor, &context)
        return .room(state.room.id, [event])
    }

    mutating func removeMember<R, H, E>(
        _ person: PersonReference, from reference: RoomReference, for reason: String, by actor: Actor,
        _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) -> Acceptance {
        let state = try visibleRoom(reference, to: actor)
        guard state.room.kind != .direct else { throw Refusal(.forbidden, "a direct room keeps its members") }
        try require(.moderator, of: actor, in: state)
        guard let person = self.person(person) else { throw Refusal(.unknownPerson) }
        guard let role = state.role(of: person.id) else { throw Refusal(.notAMember) }
        if role != .member { try require(.owner, of: actor, in: state) }
        try checkReason(reason)
        try checkNotLastOwner(person.id, of: state)
        let event = exit(person.id, state.room.id, for: reason, by: actor.author, &context)
        record(.memberRemoved, of: person, role, reason, in: state, by: actor, &context)
        return .room(state.room.id, [event])
    }

    mutating func changeRole<R, H, E>(
        of person: PersonReference, in reference: RoomReference, to role: Role, by actor: Actor,
        _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) -> Acceptance {
        let state = try visibleRoom(reference, to: actor)
        guard state.room.kind != .direct else { throw Refusal(.forbidden, "a direct room has no roles") }
        try require(.owner, of: actor, in: state)
        guard let person = self.person(person) else { throw Refusal(.unknownPerson) }
        guard let current = state.role(of: person.id) else { throw Refusal(.notAMember) }
        guard current != role else { return .room(state.room.id, []) }
        guard !isLastOwner(person.id, of: state) else {
            throw Refusal(.lastOwner, "make somebody else owner first")
        }
        let event = enter(person.id, state.room.id, role, by: actor.author, &context)
        record(.roleChanged, of: person, role, in: state, by: actor, &context)
        return .room(state.room.id, [event])
    }

    /// Whether the room would have no owner without `person`: who is about to be deleted is none any more.
    func isLastOwner(_ person: PersonID, of state: RoomState) -> Bool {
        guard state.role(of: person) == .owner else { return false }
        return !state.members.contains { id, member in
            id != person && member.role == .owner && deletions[id] == nil
        }
    }

    mutating func record<R, H, E>(
        _ kind: AuditKind, of person: Person, _ role: Role, _ reason: String = "", in state: RoomState,
        by actor: Actor, _ context: inout ApplyContext<R, H, E>
    ) {
        var details: AuditDetails = [
            "room": .text(state.room.name?.displayed ?? ""), "name": .text(person.name.displayed),
            "role": .text(role.name),
        ]
        if !reason.isEmpty { details.append("reason", .text(reason)) }
        record(
            kind, by: actor, of: [.room(state.room.id), .person(person.id)], in: state.room.id, details,
            &context)
    }

    /// Somebody comes in, or has another role.
    mutating func enter<R, H, E>(
        _ person: PersonID, _ room: RoomID, _ role: Role, by author: PersonID,
        _ context: inout ApplyContext<R, H, E>
    ) -> Event {
        let state = rooms[room]
        var member = Member(role: role, since: (state?.head.sequence ?? 0) + 1)
        if let now = state?.members[person] {
            member = Member(role: role, since: now.since, mutedUntil: now.mutedUntil)
        } else {
            member.mutedUntil = state?.outsiders[person]?.mutedUntil
        }
        set(.member(member), of: person, in: room)
        return addEvent(membership(of: person, role), to: room, by: author, &context)
    }

    mutating func exit<R, H, E>(
        _ person: PersonID, _ room: RoomID, for reason: String = "", by author: PersonID,
        _ context: inout ApplyContext<R, H, E>
    ) -> Event {
        let member = rooms[room]?.members[person]
        let isMuted = member?.isMuted(at: context.now) ?? false
        set(Outsider(mutedUntil: isMuted ? member?.mutedUntil : nil).standing, of: person, in: room)
        return addEvent(membership(of: person, nil, reason), to: room, by: author, &context)
    }

    private func membership(of person: PersonID, _ role: Role?, _ reason: String = "") -> Content {
        .membership(
            MembershipChange(
                person: person, personName: people[person]?.name.displayed ?? "", role: role, reason: reason))
    }

    // MARK: what must be so

    func checkRoomCount(of person: PersonID) throws(Refusal) {
        guard rooms(of: person).count < limits.roomsOfAPerson else {
            throw Refusal(.tooMany, "a person is in at most \(limits.roomsOfAPerson) rooms")
        }
    }

    private func checkMemberCount(of state: RoomState) throws(Refusal) {
        guard state.members.count < limits.membersOfARoom else {
            throw Refusal(.tooMany, "a room has at most \(limits.membersOfARoom) members")
        }
    }

    /// Who is alone leaves an empty room behind; nobody is left without an owner.
    func checkNotLastOwner(_ person: PersonID, of state: RoomState) throws(Refusal) {
        guard state.members.count == 1 || !isLastOwner(person, of: state) else {
            throw Refusal(.lastOwner, "make somebody else owner first")
        }
    }

    func checkNotBanned(_ person: PersonID, from state: RoomState, at now: Timestamp) throws(Refusal) {
        guard state.outsiders[person]?.isBanned(at: now) != true else { throw Refusal(.banned) }
    }

    /// Whom somebody has blocked does not bring them anywhere.
    func checkNotBlocked(_ actor: Actor, by person: PersonID) throws(Refusal) {
        guard case .person(let asker) = actor, blocks[person]?.contains(asker) == true else { return }
        throw Refusal(.blocked)
    }

    func checkReason(_ reason: String) throws(Refusal) {
        guard reason.utf8.count <= limits.reasonBytes else {
            throw Refusal(.tooLarge, "a reason has at most \(limits.reasonBytes) bytes")
        }
        guard !PlainText.hasControl(reason.utf8.span, allowingLines: false) else {
            throw Refusal(.invalidArgument, "a reason has no control characters")
        }
    }
}
