package import Chat

/// One thing that the chat's state knows of a person, beside who they are. A value.
package enum PersonFact: Hashable, Sendable {
    case factor(since: Timestamp, recoveryCodes: Int)
    case identity(IdentityLink)
    /// A link for new people that the person has made.
    case link(OpenInvite)
    /// Somebody whom the person does not want to hear from.
    case block(PersonID, name: String)
    case member(Member, of: RoomID, name: String)
    /// Invited, banned, or gone while they were muted.
    case outsider(Outsider, of: RoomID, name: String)
    /// Somebody whom the person has invited.
    case invitation(PersonID, name: String, into: RoomID, room: String)

    /// Of its own among the person's facts, and the same as long as the fact is there.
    var key: String {
        switch self {
        case .factor: "factor"
        case .identity(let link): "identity \(link.identity.issuer) \(link.identity.subject)"
        case .link(let invite): "link \(invite.id)"
        case .block(let person, _): "block \(person)"
        case .member(_, let room, _): "member \(room)"
        case .outsider(_, let room, _): "outsider \(room)"
        case .invitation(let guest, _, let room, _): "invitation \(room) \(guest)"
        }
    }
}
