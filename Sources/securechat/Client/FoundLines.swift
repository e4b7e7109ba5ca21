import Chat
import Client
import Native
import Wire

/// What was found, a line for each message, with the names of its rooms.
struct FoundLines {
    private var names: [RoomID: String] = [:]

    mutating func learn(_ rooms: [RoomSummary]) {
        for room in rooms { names[room.id] = room.kind == .direct ? "@\(room.name)" : room.name }
    }

    /// `2026-11-29 [hall] #12 21:05 ada: hello`, in local time; or a line of JSON.
    func line(of message: CurrentMessage, asJSON: Bool) -> [UInt8] {
        let event = message.event.event
        let room = names[event.room] ?? event.room.description
        let text = EventText(message, room: room)
        guard !asJSON else { return text.json }
        let offset = WallClock.localOffset(atMilliseconds: event.at.milliseconds)
        let day = event.at.advanced(by: offset).date
        return Array("\(day) [\(HarmlessText.of(room))] \(text.text(isNumbered: true))".utf8)
    }
}
