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
        case .settings(let change):
            encoded.settings.name = change.name ?? ""
            encoded.settings.topic = change.topic
            encoded.settings.archived = change.isArchived
        case .edit(let edit): encoded.edit = ProtoEdit(edit)
        case .deletion(let target): encoded.deletion = ProtoDeletion(of: target)
        case .reaction(let reaction): encoded.reaction = ProtoReaction(reaction)
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
            return .membership(MembershipChange(person: person, personName: change.personName, role: role))
        case .settings(let change):
            let name = change.name.isEmpty ? nil : change.name
            return .settings(SettingsChange(name: name, topic: change.topic, isArchived: change.archived))
        case .edit(let edit):
            guard let body = edit.body.model else { return nil }
            return .edit(Edit(target: edit.target, body: body))
        case .deletion(let deletion): return .deletion(deletion.target)
        case .reaction(let reaction): return .reaction(reaction.model)
        case nil: return nil
        }
    }
}
