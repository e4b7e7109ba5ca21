package import Chat
import Native
import Wire

/// The answer to a `ControlRequest`.
package enum ControlResponse: Codable, Hashable, Sendable {
    case done
    case refused(code: UInt32, name: String, detail: String)
    case person(PersonEntry)
    case people([PersonEntry], more: Bool)
    case room(RoomEntry)
    case rooms([RoomEntry], more: Bool)
    case members([MemberEntry], more: Bool)
    /// A secret that is shown once, and when it ends (milliseconds since 1970).
    case secret(text: String, expiresAt: Int64)
    /// An invite's token, when it ends, and where the running server is reached, `HOST:PORT`: only it knows
    /// what it was started with. `nil` when none runs.
    case invite(token: String, expiresAt: Int64, endpoint: String?)
    /// As `invite`, for people who are nobody yet; its id is for the list.
    case openInvite(token: String, id: String, expiresAt: Int64, endpoint: String?)
    case openInvites([OpenInviteEntry], more: Bool)
    case sessions([SessionEntry])
    /// The identity key in use, which one it is, and how many changes lead to it.
    case identity(fingerprint: String, number: UInt64, changes: Int)
    /// The first line of an export, and the last entry's number.
    case auditLog(header: String, last: UInt64)
    /// Further lines, and the place up to which they go.
    case auditPage(lines: [String], sequence: UInt64, checkpoint: UInt64)
    case exportedRoom(ExportedRoom)
    /// Events, and up to where all that were asked for are among them.
    case events([ExportedEvent], through: UInt64)
    /// Lines, and where to ask for more; `nil` when there are none.
    case facts([String], after: String?)
    /// A person is being deleted: events that were looked at, of all; and what is in the way, if something
    /// is. Ask again.
    case deleting(id: String, done: Int, all: Int, problem: String?)
    case deleted(DeletedPerson)
    /// How many entries of the audit log had details.
    case erased(entries: Int)
    /// Not done yet: ask again.
    case erasing
    /// A snapshot is being made: bytes that are copied, of those that are known to be to copy. Ask again.
    case snapshotting(number: Int, done: Int, all: Int)
    case snapshot(SnapshotEntry)
    /// There is no snapshot; the code is `SnapshotError`'s.
    case snapshotFailed(code: String, detail: String)
    case running(processID: Int32, version: String)
    case status(Status)

    package struct Status: Codable, Hashable, Sendable {
        package let processID: Int32
        package let version: String
        /// All of them; and those of people whose frames are not sealed.
        package let connections: Int
        package let unsealed: Int
        /// In milliseconds since 1970: when the newest snapshot in the data directory was made, and when one
        /// was verified last; `nil` for never.
        package let snapshotAt: Int64?
        package let verifiedAt: Int64?
        /// Events that the search index is behind the history; `nil` where nobody can search.
        package let searchBehind: UInt64?
        package let disk: DiskStatus
        package let memory: MemoryStatus
        /// Stores that were found damaged since the start.
        package let damaged: [DamagedStore]
    }

    /// The disk that the data lies on; in bytes.
    package struct DiskStatus: Codable, Hashable, Sendable {
        /// `open`, `low` (nothing new is begun) or `full` (messages are refused).
        package let state: String
        package let free: Int64
        package let size: Int64
        package let reserve: Int64
    }

    /// In bytes.
    package struct MemoryStatus: Codable, Hashable, Sendable {
        /// `relaxed`, `shrinking`, `refusing` (new connections) or `shedding` (slow readers go).
        package let step: String
        package let used: Int
        package let limit: Int
    }

    package struct DamagedStore: Codable, Hashable, Sendable {
        package let store: String
        package let path: String
        package let finding: String
        /// What to do about it.
        package let advice: String
    }

    package struct SnapshotEntry: Codable, Hashable, Sendable {
        package let path: String
        package let bytes: Int
        /// How long the chat stood still for it.
        package let stoodMicroseconds: Int64
        package let contents: SnapshotSummary
    }

    package struct PersonEntry: Codable, Hashable, Sendable {
        package let id: String
        package let name: String
        package let isAdministrator: Bool
        package let isDisabled: Bool
        package let hasPassword: Bool
        package let hasSecondFactor: Bool
        /// How many are left.
        package let recoveryCodes: Int
        package let createdAt: Int64
    }

    package struct RoomEntry: Codable, Hashable, Sendable {
        package let id: String
        package let name: String
        package let kind: String
        package let topic: String
        package let isArchived: Bool
        package let memberCount: Int
        package let head: UInt64
        /// The first sequence that there is; more than `head` where there is none.
        package let first: UInt64
        /// Days after which what was said in it is removed by its own rule; `nil` where it was not asked for.
        package var keepDays: Int?
    }

    package struct SessionEntry: Codable, Hashable, Sendable {
        package let id: String
        package let name: String
        /// `device` or `key`.
        package let kind: String
        /// Of a key, by their names; a device has all, and none is named.
        package let scopes: [String]
        package let createdAt: Int64
        package let lastSeenAt: Int64
        package let expiresAt: Int64
    }

    package struct OpenInviteEntry: Codable, Hashable, Sendable {
        package let id: String
        package let uses: Int
        package let usesLeft: Int
        package let isAdministrator: Bool
        package let rooms: [String]
        package let role: String
        /// `nil` where the operator made it.
        package let maker: String?
        package let createdAt: Int64
        package let expiresAt: Int64
    }

    package struct MemberEntry: Codable, Hashable, Sendable {
        package let id: String
        package let name: String
        package let role: String
    }
}

extension ControlResponse {
    package init(_ refusal: Refusal) {
        self = .refused(code: refusal.code.rawValue, name: refusal.code.name, detail: refusal.detail)
    }

    init(_ record: IdentityRecord) {
        self = .identity(
            fingerprint: "\(record.fingerprint)", number: record.number, changes: record.changes.count)
    }

    /// What the sequencer answered, for a reader outside of the process.
    package init(_ answer: Answer) {
        switch answer {
        case .refused(let refusal): self.init(refusal)
        case .sent: self = .done
        case .person(let person): self = .person(PersonEntry(person))
        case .invites(let invites, let more):
            self = .openInvites(invites.map(OpenInviteEntry.init), more: more)
        case .people(let people, let more): self = .people(people.map(PersonEntry.init), more: more)
        case .history(let room): self = .exportedRoom(ExportedRoom(room))
        case .facts(let facts, let more):
            self = .facts(facts.map(\.line), after: more ? facts.last?.key : nil)
        // Only asked about by those who make more of it.
        case .deletion, .deletions: self = .done
        case .message(let message): self.init(message)
        }
    }

    private init(_ message: ServerMessage) {
        switch message {
        case .refused(let notice):
            self = .refused(code: notice.number, name: notice.name, detail: notice.detail)
        case .room(let room): self = .room(RoomEntry(room))
        case .roomList(let rooms, let more): self = .rooms(rooms.map(RoomEntry.init), more: more)
        case .memberList(let members, let more): self = .members(members.map(MemberEntry.init), more: more)
        case .hello, .providerList, .authenticated, .pong, .disconnect, .sent, .event, .subscribed,
            .unsubscribed, .historyPage, .gap, .roomDetails, .blockList, .searchResults, .sessionList,
            .keyMade, .factorOffer, .recoveryCodes, .inviteMade, .readPosition, .presence, .typing, .done,
            .draining, .rekeyed, .unknown:
            self = .done
        }
    }
}

extension ControlResponse.SnapshotEntry {
    init(_ made: MadeSnapshot) {
        self.init(
            path: made.path, bytes: made.bytes, stoodMicroseconds: made.stood.wholeNanoseconds / 1_000,
            contents: SnapshotSummary(made.manifest))
    }
}

extension ControlResponse.PersonEntry {
    init(_ person: Person) {
        self.init(
            id: person.id.description, name: person.name.displayed, isAdministrator: person.isAdministrator,
            isDisabled: person.isDisabled, hasPassword: person.password != nil,
            hasSecondFactor: person.factor != nil, recoveryCodes: person.factor?.recoveryCodes.count ?? 0,
            createdAt: person.createdAt.milliseconds)
    }
}

extension ControlResponse.RoomEntry {
    init(_ room: RoomSummary) {
        self.init(
            id: room.id.description, name: room.name, kind: room.kind.name, topic: room.topic,
            isArchived: room.isArchived, memberCount: room.members, head: room.head, first: room.first)
    }
}

extension ControlResponse.OpenInviteEntry {
    init(_ listed: ListedInvite) {
        let invite = listed.invite
        self.init(
            id: invite.id.description, uses: invite.uses, usesLeft: invite.usesLeft,
            isAdministrator: invite.makesAdministrator, rooms: listed.rooms, role: invite.role.name,
            maker: listed.maker, createdAt: invite.createdAt.milliseconds,
            expiresAt: invite.expiresAt.milliseconds)
    }
}

extension ControlResponse.SessionEntry {
    init(_ session: LoginSession) {
        self.init(
            id: session.id.description, name: session.name, kind: session.kind.name,
            scopes: session.kind == .key ? session.scopes.names : [],
            createdAt: session.createdAt.milliseconds, lastSeenAt: session.lastSeenAt.milliseconds,
            expiresAt: session.expiresAt.milliseconds)
    }
}

extension ControlResponse.MemberEntry {
    init(_ member: MemberSummary) {
        self.init(id: member.person.id.description, name: member.person.name, role: member.role.name)
    }
}
