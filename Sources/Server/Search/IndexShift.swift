package import Chat
import Wire

/// Brings an index up to the history, a bounded piece at a time: room by room in turn, so that none waits for
/// a longer one.
///
/// Search thread only.
package struct IndexShift {
    private let index: any SearchIndex
    private let history: any HistoryReader
    private let limits: Limits
    private var positions: [RoomID: UInt64]
    private var heads: [RoomID: UInt64] = [:]
    /// Rooms with something to read, each once.
    private var waiting: [RoomID] = []
    private var isWaiting: Set<RoomID> = []
    /// Up to where histories were removed, and rooms of which the index may still have something of that.
    private var anchors: [RoomID: UInt64] = [:]
    private var removing: [RoomID] = []
    /// Rooms whose history cannot be read, until the next start: what is stored of them can still be, as far
    /// as it goes, and the index of the others is as good as ever.
    private var unreadable: Set<RoomID> = []
    private var foundUnreadable: [RoomID] = []
    /// Rooms where somebody was deleted, and how far what they said there is out of the index: each waits
    /// before the event that tells of it.
    private var departures: [RoomID: Departure] = [:]
    /// Events that are in the index, of all rooms together.
    package private(set) var indexed: UInt64

    private struct Departure {
        let person: PersonID
        /// Of the event that tells of it.
        let sequence: UInt64
        var lookedThrough: UInt64 = 0
    }

    package init(
        _ index: any SearchIndex, history: any HistoryReader, limits: Limits
    ) throws(StorageError) {
        self.index = index
        self.history = history
        self.limits = limits
        positions = try index.positions()
        indexed = positions.values.reduce(0, +)
    }

    package var isDone: Bool { waiting.isEmpty && removing.isEmpty }

    /// How far the rooms go by now.
    /// - Throws: `.damaged`, when the index goes further: it is of another history, or of what that was.
    package mutating func learn(_ news: [RoomID: UInt64], isAll: Bool = false) throws(StorageError) {
        for (room, head) in news {
            heads[room] = max(head, heads[room] ?? 0)
            guard head > positions[room] ?? 0, !unreadable.contains(room) else { continue }
            if isWaiting.insert(room).inserted { waiting.append(room) }
        }
        guard isAll, let ahead = positions.first(where: { $0.value > heads[$0.key] ?? 0 }) else { return }
        throw StorageError(.damaged, "the index of room \(ahead.key) is ahead of its history")
    }

    /// Up to where histories were removed by now: that leaves the index too.
    package mutating func learn(anchors news: [RoomID: UInt64]) {
        for (room, anchor) in news where anchor > anchors[room] ?? 0 {
            anchors[room] = anchor
            if positions[room] != nil, !removing.contains(room) { removing.append(room) }
        }
    }

    /// Reads a batch of what is missing, and has the index take it in; and takes some of what was removed out
    /// of it.
    package mutating func step() throws(StorageError) {
        try takeIn()
        guard let room = removing.first, let anchor = anchors[room] else { return }
        let isMore = try index.remove(room, through: anchor, max: limits.removedEvents)
        removing.removeFirst()
        if isMore { removing.append(room) }
    }

    private mutating func takeIn() throws(StorageError) {
        guard !waiting.isEmpty else { return }
        var batch: [RoomChanges] = []
        var later: [RoomID] = []
        var (events, bytes) = (0, 0)
        var taken = 0
        while events < limits.indexBatchEvents, bytes < limits.indexBatchBytes, taken < waiting.count {
            let room = waiting[taken]
            taken += 1
            let (position, head) = (positions[room] ?? 0, heads[room] ?? 0)
            let piece = try piece(
                of: room, after: position, through: head, maxEvents: limits.indexBatchEvents - events,
                maxBytes: limits.indexBatchBytes - bytes)
            guard let piece else {
                unreadable.insert(room)
                foundUnreadable.append(room)
                isWaiting.remove(room)
                continue
            }
            events += max(1, piece.events)
            bytes += piece.bytes
            batch.append(piece.changes)
            if piece.changes.through < head { later.append(room) }
        }
        try index.apply(batch)
        for changes in batch {
            indexed += changes.through - (positions[changes.room] ?? 0)
            positions[changes.room] = changes.through
            isWaiting.remove(changes.room)
        }
        waiting.removeFirst(taken)
        waiting += later
        isWaiting.formUnion(later)
    }

    private struct Piece {
        let changes: RoomChanges
        let events: Int
        let bytes: Int
    }

    /// The next of a room; `nil` where it cannot be read.
    private mutating func piece(
        of room: RoomID, after position: UInt64, through head: UInt64, maxEvents: Int, maxBytes: Int
    ) throws(StorageError) -> Piece? {
        if let departure = departures[room] { return try piece(of: room, departure, at: position) }
        let found = try read(
            room, after: position, through: head, maxEvents: maxEvents, maxBytes: maxBytes)
        guard let (page, last) = found else { return nil }
        var (changes, through): ([RoomChanges.Change], UInt64) = ([], last)
        for entry in page {
            let event = entry.event
            if case .personDeletion(let person) = ContentCodec().decode(event.content) {
                departures[room] = Departure(person: person, sequence: event.sequence)
                through = event.sequence - 1
                break
            }
            if let change = Self.change(event) { changes.append(change) }
        }
        return Piece(
            changes: RoomChanges(room: room, changes: changes, through: through), events: page.count,
            bytes: page.reduce(0) { $0 + $1.event.content.count })
    }

    /// Some of what somebody said who was deleted goes; with the last of it the room goes on.
    private mutating func piece(
        of room: RoomID, _ departure: Departure, at position: UInt64
    ) throws(StorageError) -> Piece? {
        let traces: Traces
        do throws(StorageError) {
            traces = try history.traces(
                of: departure.person, in: room, after: departure.lookedThrough,
                through: departure.sequence - 1, within: limits.traces)
        } catch {
            guard error.code == .damaged else { throw StorageError(.locked, error.detail) }
            return nil
        }
        guard traces.through > departure.lookedThrough || departure.sequence <= 1 else { return nil }
        let isLast = traces.through >= departure.sequence - 1
        departures[room]?.lookedThrough = traces.through
        if isLast { departures[room] = nil }
        let own = traces.events.filter { $0.event.author == departure.person }
        return Piece(
            changes: RoomChanges(
                room: room, changes: own.map { .deletion($0.event.sequence) },
                through: isLast ? departure.sequence : position),
            events: own.count, bytes: 0)
    }

    /// What follows, and up to where the room is in the index with it: what was removed needs not be.
    /// - Returns: `nil` where the history is damaged or has a gap, which is no fault of the index. What
    ///   another try may mend is thrown as `.locked`.
    private func read(
        _ room: RoomID, after position: UInt64, through head: UInt64, maxEvents: Int, maxBytes: Int
    ) throws(StorageError) -> (page: [HistoryEvent], through: UInt64)? {
        do throws(StorageError) {
            var begin = max(position, anchors[room] ?? 0)
            while begin < head {
                let page = try history.events(
                    of: room, after: begin, through: head,
                    maxEvents: min(limits.indexPageEvents, maxEvents), maxBytes: maxBytes)
                if let last = page.last?.event.sequence, last - begin == UInt64(page.count) {
                    return (page, last)
                }
                // What is missing may have been removed since: each time around it is more.
                let anchor = try history.anchor(of: room).sequence
                guard anchor > begin else { return nil }
                begin = anchor
            }
            return ([], head)
        } catch {
            guard error.code == .damaged else { throw StorageError(.locked, error.detail) }
            return nil
        }
    }

    /// Rooms that were found to be unreadable since this was asked last.
    package mutating func takeUnreadable() -> [RoomID] {
        defer { foundUnreadable = [] }
        return foundUnreadable
    }

    /// - Returns: whether there is more of it to do.
    package func forget() throws(StorageError) -> Bool { try index.forget() }

    /// `nil` for what nobody searches for, and for what was erased.
    private static func change(_ event: Event) -> RoomChanges.Change? {
        switch ContentCodec().decode(event.content) {
        case .message(let body):
            .message(
                IndexedMessage(
                    sequence: event.sequence, author: event.author, at: event.at,
                    text: body.searchableText ?? ""))
        case .edit(let edit): .edit(edit.target, text: edit.body.searchableText ?? "")
        case .deletion(let target): .deletion(target)
        case .membership, .settings, .reaction, .pin, .sanction, .invitation, .personDeletion, nil: nil
        }
    }
}
