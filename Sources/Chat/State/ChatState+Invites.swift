/// Links that let people in who are nobody here yet.
extension ChatState {
    /// Found among at most `Limits.openInvites`.
    package func openInvite(token: Digest) -> OpenInvite? { openInvites.values.first { $0.token == token } }

    mutating func makeInvite<R, H, E>(
        _ order: InviteOrder, by actor: Actor, _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) -> Acceptance {
        try requireAdministrator(actor)
        try check(order)
        var rooms: [RoomID] = []
        for reference in order.rooms {
            let state = try visibleRoom(reference, to: actor)
            try requireInviting(as: order.role, into: state, by: actor)
            guard !state.room.isArchived else { throw Refusal(.archived) }
            if !rooms.contains(state.room.id) { rooms.append(state.room.id) }
        }
        guard openInvites.values.count(where: { $0.expiresAt > context.now }) < limits.openInvites else {
            throw Refusal(.tooMany, "at most \(limits.openInvites) open invites")
        }
        removeExpiredInvites(now: context.now)
        let invite = OpenInvite(
            id: OpenInviteID(at: context.now, random: &context.random), token: order.token, uses: order.uses,
            expiresAt: context.now.advanced(by: order.lifetime), makesAdministrator: order.makesAdministrator,
            rooms: rooms, role: order.role, maker: actor, createdAt: context.now)
        put(invite.id, invite)
        record(
            .inviteOpened, by: actor, of: rooms.map { .room($0) },
            [
                "invite": .text(invite.id.description), "uses": .number(Int64(invite.uses)),
                "expires_at": .number(invite.expiresAt.milliseconds),
                "administrator": .flag(invite.makesAdministrator), "role": .text(invite.role.name),
            ], &context)
        return .invite(invite)
    }

    mutating func revokeInvite<R, H, E>(
        _ id: OpenInviteID, by actor: Actor, _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) -> Acceptance {
        try requireAdministrator(actor)
        guard let invite = openInvites[id] else { throw Refusal(.unknownInvite) }
        put(id, nil)
        record(
            .inviteRevoked, by: actor, of: invite.rooms.map { .room($0) },
            ["invite": .text(id.description), "left": .number(Int64(invite.usesLeft))], &context)
        return .recorded
    }

    /// Only on the server's own authority, which has been shown the token. The use, the person and the
    /// memberships are one change.
    mutating func redeemInvite<R, H, E>(
        _ newcomer: Newcomer, by actor: Actor, _ context: inout ApplyContext<R, H, E>
    ) throws(Refusal) -> Acceptance {
        guard actor == .operations else { throw Refusal(.forbidden) }
        guard let invite = openInvite(token: newcomer.token), invite.expiresAt > context.now else {
            throw Refusal(.wrongCredentials)
        }
        guard people[newcomer.id] == nil else { throw Refusal(.busy, retryAfter: limits.busyRetry) }
        _ = try addPerson(
            newcomer.name, newcomer.password, invite.makesAdministrator, id: newcomer.id, invite: invite.id,
            by: invite.maker, &context)
        put(invite.id, invite.used())
        var events: [Event] = []
        for room in invite.rooms {
            guard let state = rooms[room], mayEnter(state, by: invite) else { continue }
            events.append(enter(newcomer.id, room, invite.role, by: newcomer.id, &context))
            guard let person = people[newcomer.id] else { continue }
            record(.memberAdded, of: person, invite.role, in: state, by: invite.maker, &context)
        }
        return .newcomer(newcomer.id, events)
    }

    mutating func sweepInvites(by actor: Actor, _ now: Timestamp) throws(Refusal) -> Acceptance {
        guard actor == .operations else { throw Refusal(.forbidden) }
        removeExpiredInvites(now: now)
        return .recorded
    }

    /// Who may make none any more, or had the password changed because somebody else knew it, lets nobody in
    /// by those that were made; what took the right away is recorded.
    mutating func removeInvites(of maker: PersonID) {
        let made = openInvites.values.filter { $0.maker == .person(maker) }.map(\.id)
        for id in made.sorted() { put(id, nil) }
    }

    /// What nobody can use any more goes without a word: its end stands in the record of its making.
    mutating func removeExpiredInvites(now: Timestamp) {
        let expired = openInvites.values.filter { $0.expiresAt <= now }.map(\.id).sorted()
        for id in expired.prefix(limits.sweepEntries) { put(id, nil) }
    }

    private func check(_ order: InviteOrder) throws(Refusal) {
        guard (1...limits.usesOfAnInvite).contains(order.uses) else {
            throw Refusal(.invalidArgument, "an open invite has 1 to \(limits.usesOfAnInvite) uses")
        }
        guard order.uses == 1 || !order.makesAdministrator else {
            throw Refusal(
                .invalidArgument,
                "an invite for an administrator has one use: whoever else saw the link would be one too")
        }
        guard order.lifetime >= limits.openInviteLeast, order.lifetime <= limits.openInviteMost else {
            let (least, most) = (limits.openInviteLeast.components, limits.openInviteMost.components)
            throw Refusal(
                .invalidArgument, "an open invite is good for \(least.seconds) to \(most.seconds) seconds")
        }
        guard order.rooms.count <= limits.roomsOfAnInvite else {
            throw Refusal(.tooLarge, "an open invite leads into at most \(limits.roomsOfAnInvite) rooms")
        }
    }

    /// As if the maker added the members one by one; into a public room anybody may come anyway.
    private func requireInviting(as role: Role, into state: RoomState, by actor: Actor) throws(Refusal) {
        guard state.room.kind != .direct else { throw Refusal(.forbidden, "a direct room keeps its members") }
        if state.room.kind == .open, role == .member { return }
        try require(role == .member ? .moderator : .owner, of: actor, in: state)
    }

    /// A room that takes nobody any more keeps nobody out of the server: it is passed over.
    private func mayEnter(_ state: RoomState, by invite: OpenInvite) -> Bool {
        guard !state.room.isArchived, state.members.count < limits.membersOfARoom else { return false }
        return (try? requireInviting(as: invite.role, into: state, by: invite.maker)) != nil
    }
}
