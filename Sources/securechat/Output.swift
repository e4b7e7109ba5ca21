import Chat
import Client
import Foundation
import Server

/// Prints what administration answered: a table for people, or JSON.
struct Output {
    let json: Bool

    func show(_ response: ControlResponse) throws {
        switch response {
        case .person(let person): try show(people: [person])
        case .room(let room): try show(rooms: [room])
        case .done, .refused, .people, .rooms, .members, .secret, .invite, .openInvite, .openInvites,
            .sessions, .identity, .auditLog,
            .auditPage, .erased, .erasing, .snapshotting, .snapshot, .snapshotFailed, .running, .status,
            .exportedRoom, .events, .facts, .deleting, .deleted:
            break
        }
    }

    func show(people: [ControlResponse.PersonEntry]) throws {
        if json { return try print(json: people.map(PersonLine.init)) }
        table(
            ["NAME", "ROLE", "STATE", "SECOND FACTOR", "ID"],
            people.map { person in
                [
                    person.name, person.isAdministrator ? "administrator" : "person",
                    person.isDisabled ? "disabled" : person.hasPassword ? "active" : "invited",
                    person.hasSecondFactor ? "yes, \(person.recoveryCodes) recovery codes left" : "no",
                    person.id,
                ]
            })
    }

    func show(rooms: [ControlResponse.RoomEntry]) throws {
        if json { return try print(json: rooms) }
        table(
            ["NAME", "KIND", "MEMBERS", "EVENTS", "FIRST", "KEPT", "STATE", "ID"],
            rooms.map { room in
                [
                    room.name, room.kind, "\(room.memberCount)", "\(room.head)", "\(room.first)",
                    room.keepDays.map { $0 == 0 ? "forever" : "\($0) days" } ?? "-",
                    room.isArchived ? "archived" : "open", room.id,
                ]
            })
    }

    func show(members: [ControlResponse.MemberEntry]) throws {
        if json { return try print(json: members) }
        table(["NAME", "ROLE", "ID"], members.map { [$0.name, $0.role, $0.id] })
    }

    func show(sessions: [ControlResponse.SessionEntry]) throws {
        if json { return try print(json: sessions.map(SessionLine.init)) }
        table(
            ["KIND", "NAME", "SCOPES", "LAST SEEN", "EXPIRES", "ID"],
            sessions.map { session in
                [
                    session.kind, session.name,
                    session.scopes.isEmpty ? "all" : session.scopes.joined(separator: ","),
                    Timestamp(milliseconds: session.lastSeenAt).date,
                    Timestamp(milliseconds: session.expiresAt).date, session.id,
                ]
            })
    }

    func show(invites: [ControlResponse.OpenInviteEntry]) throws {
        if json { return try print(json: invites.map(InviteLine.init)) }
        table(
            ["USES LEFT", "EXPIRES", "ROOMS", "AS", "MADE BY", "ID"],
            invites.map { invite in
                [
                    "\(invite.usesLeft) of \(invite.uses)", Timestamp(milliseconds: invite.expiresAt).date,
                    invite.rooms.joined(separator: ","),
                    invite.isAdministrator ? "administrator" : invite.role, invite.maker ?? "operator",
                    invite.id,
                ]
            })
    }

    func show(secret: String, named name: String, id: String? = nil, expiresAt: Int64) throws {
        guard json else { return standardOutput("\(secret)\n") }
        let end = Timestamp(milliseconds: expiresAt).text
        try print(json: Secret(value: secret, name: name, id: id, expiresAt: end))
    }

    /// A person as programs read it: moments are RFC 3339, as in everything that this program prints.
    private struct PersonLine: Encodable {
        let id: String
        let name: String
        let isAdministrator: Bool
        let isDisabled: Bool
        let hasPassword: Bool
        let hasSecondFactor: Bool
        let recoveryCodes: Int
        let createdAt: String

        init(_ person: ControlResponse.PersonEntry) {
            id = person.id
            name = person.name
            isAdministrator = person.isAdministrator
            isDisabled = person.isDisabled
            hasPassword = person.hasPassword
            hasSecondFactor = person.hasSecondFactor
            recoveryCodes = person.recoveryCodes
            createdAt = Timestamp(milliseconds: person.createdAt).text
        }
    }

    private struct SessionLine: Encodable {
        let id: String
        let name: String
        let kind: String
        let scopes: [String]
        let createdAt: String
        let lastSeenAt: String
        let expiresAt: String

        init(_ session: ControlResponse.SessionEntry) {
            id = session.id
            name = session.name
            kind = session.kind
            scopes = session.scopes
            createdAt = Timestamp(milliseconds: session.createdAt).text
            lastSeenAt = Timestamp(milliseconds: session.lastSeenAt).text
            expiresAt = Timestamp(milliseconds: session.expiresAt).text
        }
    }

    private struct InviteLine: Encodable {
        let id: String
        let uses: Int
        let usesLeft: Int
        let isAdministrator: Bool
        let rooms: [String]
        let role: String
        let maker: String?
        let createdAt: String
        let expiresAt: String

        init(_ invite: ControlResponse.OpenInviteEntry) {
            id = invite.id
            uses = invite.uses
            usesLeft = invite.usesLeft
            isAdministrator = invite.isAdministrator
            rooms = invite.rooms
            role = invite.role
            maker = invite.maker
            createdAt = Timestamp(milliseconds: invite.createdAt).text
            expiresAt = Timestamp(milliseconds: invite.expiresAt).text
        }
    }

    /// `{"NAME": "…", "expires_at": "2026-11-22T21:05:36.123Z"}`.
    private struct Secret: Encodable {
        let value: String
        let name: String
        let id: String?
        let expiresAt: String

        struct Key: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }

            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(value, forKey: Key(stringValue: name))
            try container.encodeIfPresent(id, forKey: Key(stringValue: "id"))
            try container.encode(expiresAt, forKey: Key(stringValue: "expires_at"))
        }
    }

    private func print(json value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        standardOutput(String(decoding: try encoder.encode(value), as: UTF8.self) + "\n")
    }

    private func table(_ header: [String], _ rows: [[String]]) {
        let all = [header] + rows
        let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        for row in all {
            let cells = zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: max(0, width - cell.count))
            }
            let line = cells.joined(separator: "  ")
            standardOutput(String(line.reversed().drop { $0 == " " }.reversed()) + "\n")
        }
    }
}

/// Everything that a command prints for its reader goes through here.
func standardOutput(_ text: String) { Console.write(Array(text.utf8)) }
