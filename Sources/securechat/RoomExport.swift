import Chat
import Client
import Security
import Server

/// A room's history, page by page, each event held to the digest chain before it is written.
struct RoomExport {
    static let format = "securechat-export-1"

    let ask: Administrator.Ask
    let file: ExportFile

    func write(_ name: String, progress: inout ProgressBar) throws {
        guard case .exportedRoom(let room) = try ask(.exportRoom(name)) else {
            throw CommandFailure("the server gave no room")
        }
        try file.write(Self.header(of: room))
        let members = try writeMembers(of: room)
        let events = try writeEvents(of: room, name, &progress)
        let end: [JSONValue.Member] = [
            .init("type", .text("end")), .init("lines", .integer(file.lines)),
            .init("members", .integer(members)), .init("events", .integer(events)),
        ]
        try file.write(JSONValue.object(end).encoded())
    }

    private static func header(of room: ExportedRoom) -> String {
        JSONValue.object([
            .init("type", .text("room")), .init("format", .text(format)), .init("id", .text(room.id)),
            .init("name", room.name.map { .text($0) } ?? .null), .init("kind", .text(room.kind)),
            .init("topic", .text(room.topic)), .init("archived", .flag(room.isArchived)),
            .init("history", .text(room.visibility)), .init("slow_seconds", .integer(room.slowSeconds)),
            .init("created_at", .text(Timestamp(milliseconds: room.createdAt).text)),
            .init("pair", .list(room.pair.map { .text($0) })),
            .init("members", .integer(room.memberCount)),
            .init("pins", .list(room.pins.map { .integer(Int(clamping: $0)) })),
            .init("first", .integer(Int(clamping: room.first))),
            .init("head", .integer(Int(clamping: room.head))), .init("link", .text(room.link)),
        ]).encoded()
    }

    private func writeMembers(of room: ExportedRoom) throws -> Int {
        var count = 0
        var last: String?
        while true {
            guard case .members(let page, let more) = try ask(.listMembers(room: room.id, after: last)) else {
                throw CommandFailure("the server gave no members")
            }
            for member in page {
                let members: [JSONValue.Member] = [
                    .init("type", .text("member")), .init("id", .text(member.id)),
                    .init("name", .text(member.name)), .init("role", .text(member.role)),
                ]
                try file.write(JSONValue.object(members).encoded())
            }
            count += page.count
            last = page.last?.id ?? last
            if !more { return count }
        }
    }

    /// Up to the head that the export began with.
    private func writeEvents(
        of room: ExportedRoom, _ name: String, _ progress: inout ProgressBar
    ) throws -> Int {
        guard let stated = room.statedHead else { throw CommandFailure("the server gave no head") }
        var count = 0
        // Of what is before a history's first event nothing is known but that there was something.
        var (place, link) = (room.first - 1, room.first == 1 ? Digest.zero : nil)
        while place < stated.sequence {
            let request = ControlRequest.readEvents(
                room: room.id, person: nil, after: place, through: stated.sequence)
            guard case .events(let page, _) = try ask(request) else {
                throw CommandFailure("the server gave no events")
            }
            if page.first?.event?.event.sequence != place + 1, count == 0,
                case .exportedRoom(let now) = try ask(.exportRoom(name)), now.first - 1 > place
            {
                // What was kept no longer has gone since: the export begins where the history does.
                (place, link) = (now.first - 1, nil)
                continue
            }
            guard !page.isEmpty else { throw CommandFailure("event \(place + 1) is missing") }
            for entry in page {
                guard let found = entry.event, found.event.sequence == place + 1 else {
                    throw CommandFailure("event \(place + 1) is missing")
                }
                try hold(found.event, to: link)
                try file.write(EventText(found, room: room.name ?? room.id).exported)
                (place, link) = (found.event.sequence, found.event.link)
                count += 1
            }
            progress.show(done: Int(clamping: place), all: Int(clamping: stated.sequence))
        }
        guard place >= stated.sequence, link == nil || link == stated.link else {
            throw CommandFailure("event \(place) is not what the room's head says")
        }
        return count
    }

    private func hold(_ event: Event, to link: Digest?) throws {
        guard let link else { return }
        let before = Head(sequence: event.sequence - 1, link: link)
        guard DigestChain.verifies(event, after: before, hashing: NativeHashing()) else {
            throw CommandFailure("event \(event.sequence) is not what was linked")
        }
    }
}
