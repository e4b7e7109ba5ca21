/// What moderators do to people, and whom a room lets in.
extension ChatState {
    mutating func sanction<R, H, E>(
        _ reference: PersonReference, in room: RoomReference, _ requested: RequestedSanction, by actor: Actor,
        _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) -> Acceptance {
        let state = try visibleRoom(room, to: actor)
        guard state.room.kind != .direct else { throw Refusal(.forbidden, "in a direct room one blocks") }
        try require(.moderator, of: actor, in: state)
        guard let person = self.person(reference) else { throw Refusal(.unknownPerson) }
        guard actor != .person(person.id) else { throw Refusal(.forbidden, "nobody does that to themselves") }
        let role = state.role(of: person.id)
        if let role, role != .member { try require(.owner, of: actor, in: state) }
        try checkReason(requested.reason)
        let until = requested.lasting.map { context.now.advanced(by: $0) } ?? .never
        let sanction = Sanction(
            requested.kind, until: until, isLifted: requested.isLifted, reason: requested.reason)
        let events =
            switch (sanction.kind, sanction.isLifted) {
            case (.mute, false): try mute(person, sanction, in: state, by: actor, &context)
            case (.mute, true): try unmute(person, sanction, in: state, by: actor, &context)
            case (.ban, false): try ban(person, sanction, in: state, by: actor, &context)
            case (.ban, true): try unban(person, sanction, in: state, by: actor, &context)
            }
        return .room(state.room.id, events)
    }

    private mutating func mute<R, H, E>(
        _ person: Person, _ sanction: Sanction, in state: RoomState, by actor: Actor,
        _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) -> [Event] {
        guard var member = state.members[person.id] else { throw Refusal(.notAMember) }
        guard member.role != .owner else { throw Refusal(.forbidden, "nobody mutes an owner") }
        member.mutedUntil = sanction.until
        set(.member(member), of: person.id, in: state.room.id)
        return [add(sanction, .memberMuted, to: person, in: state, by: actor, &context)]
    }

    private mutating func unmute<R, H, E>(
        _ person: Person, _ sanction: Sanction, in state: RoomState, by actor: Actor,
        _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) -> [Event] {
        if var member = state.members[person.id] {
            guard member.isMuted(at: context.now) else { return [] }
            member.mutedUntil = nil
            set(.member(member), of: person.id, in: state.room.id)
        } else {
            guard var outsider = state.outsiders[person.id], outsider.isMuted(at: context.now) else {
                return []
            }
            outsider.mutedUntil = nil
            set(outsider.standing, of: person.id, in: state.room.id)
        }
        return [add(sanction, .memberUnmuted, to: person, in: state, by: actor, &context)]
    }

    /// Who is in the room is put out of it.
    private mutating func ban<R, H, E>(
        _ person: Person, _ sanction: Sanction, in state: RoomState, by actor: Actor,
        _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) -> [Event] {
        // However many outsiders a room knows of, whoever disturbs it can be kept out.
        try checkNotLastOwner(person.id, of: state)
        var events: [Event] = []
        if state.members[person.id] != nil {
            events.append(
                exit(person.id, state.room.id, for: sanction.reason, by: actor.author, &context))
        }
        // Whoever was muted is so still when it ends; an invitation ends with it.
        let muted = rooms[state.room.id]?.outsiders[person.id]?.mutedUntil
        let outsider = Outsider(bannedUntil: sanction.until, mutedUntil: muted)
        set(outsider.standing, of: person.id, in: state.room.id)
        events.append(add(sanction, .personBanned, to: person, in: state, by: actor, &context))
        return events
    }

    private mutating func unban<R, H, E>(
        _ person: Person, _ sanction: Sanction, in state: RoomState, by actor: Actor,
        _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) -> [Event] {
        guard var outsider = state.outsiders[person.id], outsider.isBanned(at: context.now) else {
            return []
        }
        outsider.bannedUntil = nil
        set(outsider.standing, of: person.id, in: state.room.id)
        return [add(sanction, .personUnbanned, to: person, in: state, by: actor, &context)]
    }

    private mutating func add<R, H, E>(
        _ sanction: Sanction, _ kind: AuditKind, to person: Person, in state: RoomState, by actor: Actor,
        _ context: inout ApplyContext<R, H, E>
    ) -> Event {
        var details: AuditDetails = [
            "room": .text(state.room.name?.displayed ?? ""), "name": .text(person.name.displayed),
        ]
        if !sanction.isLifted, sanction.until != .never {
            details.append("until", .number(sanction.until.milliseconds))
        }
        if !sanction.reason.isEmpty { details.append("reason", .text(sanction.reason)) }
        record(
            kind, by: actor, of: [.room(state.room.id), .person(person.id)], in: state.room.id, details,
            &context)
        return addEvent(
            .sanction(
                SanctionChange(person: person.id, personName: person.name.displayed, sanction: sanction)),
            to: state.room.id, by: actor.author, &context)
    }

    // MARK: invitations

    mutating func invite<R, H, E>(
        _ reference: PersonReference, to room: RoomReference, by actor: Actor,
        _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) -> Acceptance {
        let state = try visibleRoom(room, to: actor)
        guard state.room.kind != .direct else { throw Refusal(.forbidden, "a direct room keeps its members") }
        // Anybody could tell anybody of a room that is listed.
        try require(state.room.kind == .open ? .member : .moderator, of: actor, in: state)
        guard let person = self.person(reference), !person.isDisabled else { throw Refusal(.unknownPerson) }
        guard state.members[person.id] == nil else { throw Refusal(.alreadyMember) }
        try checkNotBanned(person.id, from: state, at: context.now)
        try checkNotBlocked(actor, by: person.id)
        guard !state.room.isArchived else { throw Refusal(.archived) }
        var outsider = state.outsiders[person.id] ?? Outsider()
        guard !outsider.isInvited else { return .room(state.room.id, []) }
        try checkOutsiderCount(of: state, with: person.id)
        outsider.invitedBy = actor.author
        set(outsider.standing, of: person.id, in: state.room.id)
        return .room(
            state.room.id, [add(.personInvited, person, in: state, by: actor, &context)])
    }

    mutating func withdrawInvitation<R, H, E>(
        of reference: PersonReference, to room: RoomReference, by actor: Actor,
        _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) -> Acceptance {
        let state = try visibleRoom(room, to: actor)
        guard let person = self.person(reference) else { throw Refusal(.unknownPerson) }
        guard var outsider = state.outsiders[person.id], let inviter = outsider.invitedBy else {
            throw Refusal(.unknownInvite, "nobody invited them")
        }
        if actor != .person(person.id), actor != .person(inviter) {
            try require(.moderator, of: actor, in: state)
        }
        outsider.invitedBy = nil
        set(outsider.standing, of: person.id, in: state.room.id)
        return .room(
            state.room.id, [add(.invitationWithdrawn, person, in: state, by: actor, &context)])
    }

    private mutating func add<R, H, E>(
        _ kind: AuditKind, _ person: Person, in state: RoomState, by actor: Actor,
        _ context: inout ApplyContext<R, H, E>
    ) -> Event {
        record(
            kind, by: actor, of: [.room(state.room.id), .person(person.id)], in: state.room.id,
            ["room": .text(state.room.name?.displayed ?? ""), "name": .text(person.name.displayed)], &context)
        return addEvent(
            .invitation(
                InvitationChange(
                    person: person.id, personName: person.name.displayed,
                    isWithdrawn: kind == .invitationWithdrawn)),
            to: state.room.id, by: actor.author, &context)
    }

    private func checkOutsiderCount(of state: RoomState, with person: PersonID) throws(Refusal) {
        guard state.outsiders[person] != nil || state.outsiders.count < limits.outsidersOfARoom else {
            throw Refusal(
                .tooMany, "a room knows of at most \(limits.outsidersOfARoom) who are not its members")
        }
    }

    // MARK: what anybody does

    mutating func report<R, H, E>(
        _ place: EventPlace, _ reason: String, by actor: Actor, _ target: StoredTarget?,
        _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) -> Acceptance {
        let state = try visibleRoom(.id(place.room), to: actor)
        guard case .person(let person) = actor, state.members[person] != nil else {
            throw Refusal(.notAMember)
        }
        try checkReason(reason)
        let event = try standing(place, target, in: state, for: person, context).event
        var details: AuditDetails = [
            "room": .text(state.room.name?.displayed ?? ""), "sequence": .number(Int64(place.sequence)),
            "author": .text(people[event.author]?.name.displayed ?? ""),
        ]
        if !reason.isEmpty { details.append("reason", .text(reason)) }
        record(
            .messageReported, by: actor, of: [.room(place.room), .person(event.author)], in: nil, details,
            &context)
        return .recorded
    }

    /// Nobody else is told.
    mutating func block(_ reference: PersonReference, isLifted: Bool, by actor: Actor) throws(Refusal)
        -> Acceptance
    {
        guard case .person(let blocker) = actor else { throw Refusal(.forbidden, "only people block") }
        guard let person = self.person(reference) else { throw Refusal(.unknownPerson) }
        guard person.id != blocker else { throw Refusal(.forbidden, "nobody blocks themselves") }
        guard (blocks[blocker]?.contains(person.id) ?? false) == isLifted else { return .recorded }
        guard isLifted || blocks[blocker]?.count ?? 0 < limits.blocksOfAPerson else {
            throw Refusal(.tooMany, "a person blocks at most \(limits.blocksOfAPerson)")
        }
        set(Block(person: blocker, blocked: person.id, isLifted: isLifted))
        return .recorded
    }
}
