import Chat

/// What the chat's state knows of a person, in an order that stays while it changes.
extension Directory {
    func facts(of reference: PersonReference, _ after: String?) throws(Refusal) -> Answer {
        guard let person = chat.person(reference) else { throw Refusal(.unknownPerson) }
        let later = facts(of: person).filter { fact in after.map { fact.key > $0 } ?? true }
            .sorted { $0.key < $1.key }
        let most = chat.limits.factsListed
        return .facts(Array(later.prefix(most)), more: later.count > most)
    }

    func deletion(of person: PersonID) throws(Refusal) -> Answer {
        guard let deletion = chat.deletions[person] else { throw Refusal(.unknownPerson) }
        var rooms: Set<RoomID> = []
        var (done, all): (UInt64, UInt64) = (0, 0)
        for (id, state) in chat.rooms {
            if state.members[person] != nil || state.outsiders[person] != nil { rooms.insert(id) }
            all += state.head.sequence
            if let here = deletion.room, id <= here {
                done += id == here ? deletion.sequence : state.head.sequence
            }
        }
        return .deletion(deletion, rooms: rooms, done: done, all: all)
    }

    private func facts(of person: Person) -> [PersonFact] {
        var facts: [PersonFact] = []
        if let factor = person.factor {
            facts.append(.factor(since: factor.enrolledAt, recoveryCodes: factor.recoveryCodes.count))
        }
        for link in chat.identities.values where link.person == person.id { facts.append(.identity(link)) }
        for invite in chat.openInvites.values where invite.maker == .person(person.id) {
            facts.append(.link(invite))
        }
        for blocked in chat.blocks[person.id] ?? [] {
            facts.append(.block(blocked, name: chat.people[blocked]?.name.displayed ?? ""))
        }
        for state in chat.rooms.values {
            let name = name(of: state.room, for: .person(person.id))
            if let member = state.members[person.id] {
                facts.append(.member(member, of: state.room.id, name: name))
            }
            if let outsider = state.outsiders[person.id] {
                facts.append(.outsider(outsider, of: state.room.id, name: name))
            }
            for (guest, outsider) in state.outsiders where outsider.invitedBy == person.id {
                facts.append(
                    .invitation(
                        guest, name: chat.people[guest]?.name.displayed ?? "", into: state.room.id, room: name
                    ))
            }
        }
        return facts
    }
}
