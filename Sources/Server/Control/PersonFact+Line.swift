import Chat
import Security

extension PersonFact {
    /// As it stands in an export (docs/persons.md).
    var line: String { JSONValue.object(members).encoded() }

    private var members: [JSONValue.Member] {
        switch self {
        case .factor(let since, let codes):
            [
                .init("type", .text("factor")), .init("kind", .text("totp")), Self.time("since", since),
                .init("recovery_codes", .integer(codes)),
            ]
        case .identity(let link):
            [
                .init("type", .text("identity")), .init("issuer", .text(link.identity.issuer)),
                .init("subject", .text(link.identity.subject)), Self.time("linked_at", link.linkedAt),
            ]
        case .link(let invite): Self.members(of: invite)
        case .block(let person, let name):
            [.init("type", .text("block")), .init("person", .text("\(person)")), .init("name", .text(name))]
        case .member(let member, let room, let name):
            [
                .init("type", .text("membership")), .init("room_id", .text("\(room)")),
                .init("room", .text(name)), .init("role", .text(member.role.name)),
                .init("since", .integer(Int(clamping: member.since))),
                Self.time("muted_until", member.mutedUntil),
            ]
        case .outsider(let outsider, let room, let name):
            [
                .init("type", .text("outsider")), .init("room_id", .text("\(room)")),
                .init("room", .text(name)), .init("invited", .flag(outsider.isInvited)),
                Self.time("banned_until", outsider.bannedUntil),
                Self.time("muted_until", outsider.mutedUntil),
            ]
        case .invitation(let guest, let name, let room, let roomName):
            [
                .init("type", .text("invitation")), .init("room_id", .text("\(room)")),
                .init("room", .text(roomName)), .init("person", .text("\(guest)")),
                .init("name", .text(name)),
            ]
        }
    }

    private static func members(of invite: OpenInvite) -> [JSONValue.Member] {
        [
            .init("type", .text("link")), .init("id", .text("\(invite.id)")),
            .init("uses", .integer(invite.uses)), .init("uses_left", .integer(invite.usesLeft)),
            .init("administrator", .flag(invite.makesAdministrator)),
            .init("rooms", .list(invite.rooms.map { .text("\($0)") })),
            .init("role", .text(invite.role.name)), time("created_at", invite.createdAt),
            time("expires_at", invite.expiresAt),
        ]
    }

    /// Null for none, `"never"` for one that does not come by itself.
    private static func time(_ name: String, _ moment: Timestamp?) -> JSONValue.Member {
        .init(name, moment.map { .text($0 == .never ? "never" : $0.text) } ?? .null)
    }
}
