import Chat
import Wire

/// What leaves the server: a page at a time, so that nobody waits long for anybody.
extension Administration {
    /// By its id, or else by its name; direct rooms have none.
    static func room(_ text: String) -> RoomReference { RoomID(text: text).map { .id($0) } ?? .name(text) }

    /// That it happens is recorded before anything is told.
    func exportRoom(_ text: String) -> ControlResponse {
        let recorded = ask(.command(.recordExport(Self.room(text))))
        if case .refused = recorded { return ControlResponse(recorded) }
        return ControlResponse(ask(.describeRoom(Self.room(text))))
    }

    func facts(of person: String, _ after: String?) -> ControlResponse {
        guard let id = PersonID(text: person) else { return Self.noID }
        return ControlResponse(ask(.describePerson(.id(id), after: after)))
    }

    func events(
        of room: String, by person: String?, after sequence: UInt64, through last: UInt64
    ) -> ControlResponse {
        guard let room = RoomID(text: room) else { return Self.noID }
        do throws(StorageError) {
            guard let person else {
                let page = try history.events(
                    of: room, after: sequence, through: last, maxEvents: limits.historyPageEvents,
                    maxBytes: limits.historyPageBytes)
                return .events(page.map(ExportedEvent.init), through: page.last?.event.sequence ?? sequence)
            }
            guard let id = PersonID(text: person) else { return Self.noID }
            let traces = try history.traces(
                of: id, in: room, after: sequence, through: last, within: limits.traces)
            // What only names them is another's: what they said, and what was done to them, is theirs.
            let own = traces.events.filter { entry in
                let event = entry.event
                return event.author == id
                    || ContentCodec().decode(event.content)?.trace(of: id, by: event.author) != nil
            }
            return .events(own.map(ExportedEvent.init), through: traces.through)
        } catch {
            return ControlResponse(error.refusal(limits))
        }
    }

    private static let noID = ControlResponse(Refusal(.invalidArgument, "it is named by its id"))
}
