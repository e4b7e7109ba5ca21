import Chat
import Client
import Security
import Server

/// What a server has of a person: what its state knows, what they have said and what is said of them in every
/// room, and what the audit log tells. No secrets: neither hashes nor tokens.
struct PersonExport {
    let ask: Administrator.Ask
    let file: ExportFile

    func write(_ name: String, progress: inout ProgressBar) throws {
        guard case .person(let person) = try ask(.exportPerson(name)) else {
            throw CommandFailure("the server gave no person")
        }
        try file.write(Self.header(of: person))
        try writeSessions(of: person, name)
        try writeFacts(of: person)
        let events = try writeEvents(of: person, &progress)
        let entries = try writeAudit(of: person)
        let end: [JSONValue.Member] = [
            .init("type", .text("end")), .init("lines", .integer(file.lines)),
            .init("events", .integer(events)), .init("audit_entries", .integer(entries)),
        ]
        try file.write(JSONValue.object(end).encoded())
    }

    private static func header(of person: ControlResponse.PersonEntry) -> String {
        JSONValue.object([
            .init("type", .text("person")), .init("format", .text(RoomExport.format)),
            .init("id", .text(person.id)), .init("name", .text(person.name)),
            .init("administrator", .flag(person.isAdministrator)),
            .init("disabled", .flag(person.isDisabled)),
            .init("has_password", .flag(person.hasPassword)),
            .init("created_at", .text(Timestamp(milliseconds: person.createdAt).text)),
        ]).encoded()
    }

    private func writeSessions(of person: ControlResponse.PersonEntry, _ name: String) throws {
        guard case .sessions(let sessions) = try ask(.listSessions(person: name)) else {
            throw CommandFailure("the server gave no sessions")
        }
        for session in sessions {
            let members: [JSONValue.Member] = [
                .init("type", .text("session")), .init("id", .text(session.id)),
                .init("kind", .text(session.kind)), .init("name", .text(session.name)),
                .init("scopes", .list(session.scopes.map { .text($0) })),
                .init("created_at", .text(Timestamp(milliseconds: session.createdAt).text)),
                .init("last_seen_at", .text(Timestamp(milliseconds: session.lastSeenAt).text)),
                .init("expires_at", .text(Timestamp(milliseconds: session.expiresAt).text)),
            ]
            try file.write(JSONValue.object(members).encoded())
        }
    }

    private func writeFacts(of person: ControlResponse.PersonEntry) throws {
        var last: String?
        while true {
            let answer = try ask(.readFacts(person: person.id, after: last))
            guard case .facts(let lines, let next) = answer else {
                throw CommandFailure("the server gave no facts")
            }
            for line in lines { try file.write(line) }
            guard let next else { return }
            last = next
        }
    }

    /// Rooms that they have left too: nobody keeps a list of those.
    private func writeEvents(
        of person: ControlResponse.PersonEntry, _ progress: inout ProgressBar
    ) throws -> Int {
        var count = 0
        let rooms = try rooms()
        let all = rooms.reduce(0) { $0 + Int(clamping: $1.head) }
        var done = 0
        for room in rooms {
            var place: UInt64 = 0
            while place < room.head {
                let request = ControlRequest.readEvents(
                    room: room.id, person: person.id, after: place, through: room.head)
                guard case .events(let page, let through) = try ask(request), through > place else {
                    throw CommandFailure("room \(room.id) cannot be read after event \(place)")
                }
                for entry in page {
                    guard let found = entry.event else { throw CommandFailure("the server gave no event") }
                    try file.write(EventText(found, room: room.name).exported)
                }
                count += page.count
                done += Int(clamping: through - place)
                place = through
                progress.show(done: done, all: all)
            }
        }
        return count
    }

    private func rooms() throws -> [ControlResponse.RoomEntry] {
        var rooms: [ControlResponse.RoomEntry] = []
        while true {
            guard case .rooms(let page, let more) = try ask(.listRooms(after: rooms.last?.id)) else {
                throw CommandFailure("the server gave no rooms")
            }
            rooms += page
            if !more { return rooms }
        }
    }

    /// The entries that the person did, or that are about them, as an export of the log has them.
    private func writeAudit(of person: ControlResponse.PersonEntry) throws -> Int {
        guard let id = PersonID(text: person.id) else { throw CommandFailure("the server gave no id") }
        let party = AuditParty.person(id).text
        var count = 0
        try AuditExport(ask: ask).forEachLine(skippingCheckpoints: true) { line in
            guard case .item(.entry(let entry))? = AuditLine(Array(line.utf8)),
                entry.actor == party || entry.subjects.contains(party)
            else { return }
            try file.write(line)
            count += 1
        }
        return count
    }
}
