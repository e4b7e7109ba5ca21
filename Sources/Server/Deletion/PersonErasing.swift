import Chat
import Native
import Storage
import Wire

/// Erases what is left of somebody who is being deleted, in bounded steps, each of which may be the last of
/// this process: whoever begins again goes on where the history says.
///
/// A value; on the thread that calls it.
struct PersonErasing {
    /// What it needs of others.
    struct Means {
        let limits: Limits
        let history: any HistoryReader
        let ask: Administration.Ask
        let askState: Administration.AskState
        /// Erases the audit log's details; waits until it is done.
        let eraseAudit: (AuditParty) -> Result<Int, StorageError>
        /// Takes what was erased out of the history's files, and out of the index where nobody follows the
        /// history with it.
        let forget: () throws(StorageError) -> Void
        /// `nil` where there is no directory.
        let list: DeletedPeopleList?
        /// Leaves the disk to others; false when there is no time for more.
        let rest: (Duration) -> Bool
    }

    let means: Means

    /// - Throws: why it has not come to its end: it may be tried again.
    func run(_ person: PersonID) throws(StorageError) {
        try means.list?.note(person)
        var counts = DeletedCounts()
        counts[.sessions] = try forgetSessions(of: person)
        try eraseTraces(of: person)
        counts[.auditEntries] = try means.eraseAudit(.person(person)).get()
        // What was entered has left the outbox by the time that this is answered.
        _ = try state(of: person)
        try means.forget()
        try tell(.finishDeletion(person, counts))
    }

    // MARK: sessions

    private func forgetSessions(of person: PersonID) throws(StorageError) -> Int {
        guard case .count(let count) = try means.askState(.forget(person)).get() else { return 0 }
        // So often that all of what may be filled at once is.
        for _ in 0..<1_024 {
            guard means.rest(.zero) else { throw Self.stopping }
            guard case .count(let filled) = try means.askState(.fillFree).get(), filled > 0 else { break }
        }
        return count
    }

    // MARK: the history

    private func eraseTraces(of person: PersonID) throws(StorageError) {
        let (deletion, known) = try state(of: person)
        for room in try rooms() where deletion.isAhead(room.id, after: room.head) {
            var place = room.id == deletion.room ? deletion.sequence : 0
            while place < room.head {
                let traces = try means.history.traces(
                    of: person, in: room.id, after: place, through: room.head, within: means.limits.traces)
                guard traces.through > place else {
                    throw StorageError(.damaged, "room \(room.id) cannot be read after event \(place)")
                }
                let isLast = traces.through >= room.head
                if !traces.events.isEmpty || isLast && known.contains(room.id) {
                    let began = MonotonicClock.now()
                    try tell(.eraseTraces(of: person, in: room.id, after: place, traces))
                    // Whoever chats has the sequencer and the disk for as long as this did.
                    guard means.rest(MonotonicClock.now() - began) else { throw Self.stopping }
                }
                place = traces.through
            }
        }
    }

    private func rooms() throws(StorageError) -> [RoomSummary] {
        var rooms: [RoomSummary] = []
        while true {
            let answer = means.ask(.listRooms(includePublic: true, after: rooms.last?.id))
            guard case .message(.roomList(let page, let more)) = answer else { throw Self.fault(answer) }
            rooms += page
            if !more { return rooms }
        }
    }

    private func state(
        of person: PersonID
    ) throws(StorageError) -> (deletion: PersonDeletion, rooms: Set<RoomID>) {
        let answer = means.ask(.describeDeletion(person))
        guard case .deletion(let deletion, let rooms, _, _) = answer else { throw Self.fault(answer) }
        return (deletion, rooms)
    }

    private func tell(_ command: Command) throws(StorageError) {
        let answer = means.ask(.command(command))
        if case .refused = answer { throw Self.fault(answer) }
    }

    private static let stopping = StorageError(.locked, "the server is stopping")

    private static func fault(_ answer: Answer) -> StorageError {
        guard case .refused(let refusal) = answer else { return StorageError(.failed, "no answer") }
        return StorageError(.failed, "\(refusal.code.name): \(refusal.detail)")
    }
}
