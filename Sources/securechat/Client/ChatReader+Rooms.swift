import Chat
import Client
import Wire

/// What is asked and shown of rooms, their people and what is pinned in them. Command's thread only.
extension ChatReader {
    mutating func obey(
        _ input: RoomInput, _ line: Line, in here: RoomSummary, _ ticket: RoomTicket, _ host: ClientHost
    ) {
        if let (request, done) = input.request(in: here.id) {
            return ask(request, .telling(done), line, host)
        }
        switch input {
        case .pin(let target, let isRemoved):
            costs[line.number] = 0
            host.send(.pin(Pin(target: target, isRemoved: isRemoved)), to: here.id, tag: line.number)
        case .rules: ask(.showRoom(.id(here.id)), .details, line, host)
        default: break
        }
    }

    mutating func show(
        _ list: [RoomSummary], more: Bool, after listed: Int, _ line: Line, _ host: ClientHost
    ) {
        for room in list {
            let mark = room.isInvited ? ", you are invited" : room.role == nil ? "" : ", yours"
            roomNames[room.id] = Self.label(room)
            let unread = room.reading.flatMap { $0.unread == 0 ? nil : ", \(Self.words($0))" } ?? ""
            show("\(Self.label(room)) (\(room.kind.name), \(Self.members(room))\(mark)\(unread))")
        }
        let count = listed + list.count
        if more, count < Self.longestList, let last = list.last {
            askRooms(after: last.id, listed: count, line, host)
        } else if more {
            show("and more")
        } else if count == 0 {
            show("there are no rooms; /create ROOM makes one")
        }
    }

    mutating func show(
        _ list: [MemberSummary], of room: RoomID, more: Bool, after listed: Int, _ line: Line,
        _ host: ClientHost
    ) {
        names.learn(list.map(\.person))
        let words = list.map { "\($0.person.name) (\(Self.words($0)))" }.joined(separator: ", ")
        if !words.isEmpty { show(words) }
        let count = listed + list.count
        if more, count < Self.longestList, let last = list.last {
            askMembers(of: room, after: last.person.id, listed: count, line, host)
        } else if more {
            show("and more")
        }
    }

    mutating func show(_ details: RoomDetails) {
        let pins = details.pins.map { "#\($0)" }.joined(separator: ", ")
        let parts = [
            details.rules.visibility == .all ? nil : "members read from when they joined",
            details.rules.slowSeconds == 0
                ? nil : "members wait \(details.rules.slowSeconds) seconds between two messages",
            details.rules.keepDays == 0
                ? nil : "what was said is removed after \(details.rules.keepDays) days",
            details.mutedUntil.map { "you are muted\($0 == .never ? "" : " until \($0.text)")" },
            pins.isEmpty ? "nothing is pinned" : "pinned: \(pins)",
        ].compactMap { $0 }
        show(parts.joined(separator: "; "))
    }

    static func label(_ room: RoomSummary) -> String {
        room.kind == .direct ? "@\(room.name)" : room.name
    }

    private static func words(_ member: MemberSummary) -> String {
        let parts = [
            member.role.name, member.mutedUntil == nil ? nil : "muted",
            member.presence == .offline ? nil : member.presence.name,
        ]
        return parts.compactMap { $0 }.joined(separator: ", ")
    }

    static func members(_ room: RoomSummary) -> String {
        room.members == 1 ? "1 member" : "\(room.members) members"
    }
}
