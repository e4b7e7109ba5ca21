package import Chat
import FoundationEssentials

/// What an event says, as the bytes that are hashed, stored and sent.
package struct ContentCodec: ContentEncoding {
    package init() {}

    /// The same content gives the same bytes: swift-protobuf writes fields in the order of their numbers.
    package func encode(_ content: Content) -> [UInt8] {
        var encoded = ProtoContent()
        switch content {
        case .message(let body): encoded.message = ProtoMessageBody(body)
        case .membership(let change):
            encoded.membership.person = .init(change.person.bytes)
            encoded.membership.role = ProtoRole(change.role)
            encoded.membership.personName = change.personName
            encoded.membership.reason = change.reason
        case .settings(let change):
            encoded.settings.name = change.name ?? ""
            encoded.settings.topic = change.topic
            encoded.settings.archived = change.isArchived
            encoded.settings.visibility =
                change.rules.visibility == .all ? .unspecified : ProtoVisibility(change.rules.visibility)
            encoded.settings.slowSeconds = UInt32(clamping: change.rules.slowSeconds)
            encoded.settings.keepDays = UInt32(clamping: change.rules.keepDays)
        case .edit(let edit): encoded.edit = ProtoEdit(edit)
        case .deletion(let target): encoded.deletion = ProtoDeletion(of: target)
        case .reaction(let reaction): encoded.reaction = ProtoReaction(reaction)
        case .pin(let pin): encoded.pin = ProtoPin(pin)
        case .sanction(let change): encoded.sanction = ProtoSanctionChange(change)
        case .invitation(let change):
            encoded.invitation.person = .init(change.person.bytes)
            encoded.invitation.personName = change.personName
            encoded.invitation.withdrawn = change.isWithdrawn
        case .personDeletion(let person): encoded.personDeletion.person = .init(person.bytes)
        }
        return encoded.bytes()
    }

    /// `nil` for what this version does not know, for what was erased and for what is no content: a reader
    /// passes over such an event, but counts it and verifies its link.
    package func decode(_ bytes: [UInt8]) -> Content? {
        guard let encoded = ProtoContent(decoding: bytes) else { return nil }
        switch encoded.kind {
        case .message(let body):
            guard let body = body.model else { return nil }
            return .message(body)
        case .membership(let change):
            guard let person = PersonID(bytes: change.person), let role = change.role.model else {
                return nil
            }
            return .membership(
                MembershipChange(
                    person: person, personName: change.personName, role: role, reason: change.reason))
        case .settings(let change):
            let name = change.name.isEmpty ? nil : change.name
            let rules = RoomRules(
                visibility: change.visibility.model ?? .all, slowSeconds: Int(change.slowSeconds),
                keepDays: Int(change.keepDays))
            return .settings(
                SettingsChange(name: name, topic: change.topic, isArchived: change.archived, rules: rules))
        case .edit(let edit):
            guard let body = edit.body.model else { return nil }
            return .edit(Edit(target: edit.target, body: body))
        case .deletion(let deletion): return .deletion(deletion.target)
        case .reaction(let reaction): return .reaction(reaction.model)
        case .pin(let pin): return .pin(pin.model)
        case .sanction(let change): return change.model.map { .sanction($0) }
        case .invitation(let change):
            return PersonID(bytes: change.person).map {
                .invitation(
                    InvitationChange(
                        person: $0, personName: change.personName, isWithdrawn: change.withdrawn))
            }
        case .personDeletion(let deletion):
            return PersonID(bytes: deletion.person).map { .personDeletion($0) }
        case nil: return nil
        }
    }
}

extension ProtoSanctionChange {
    fileprivate init(_ change: SanctionChange) {
        self.init()
        person = .init(change.person.bytes)
        personName = change.personName
        kind = ProtoSanctionKind(change.sanction.kind)
        until = change.sanction.until.milliseconds
        lifted = change.sanction.isLifted
        reason = change.sanction.reason
    }

    fileprivate var model: SanctionChange? {
        guard let person = PersonID(bytes: person), let kind = kind.model else { return nil }
        return SanctionChange(
            person: person, personName: personName,
            sanction: Sanction(
                kind, until: Timestamp(milliseconds: until), isLifted: lifted, reason: reason))
    }
}
