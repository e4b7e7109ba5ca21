import Chat
import Storage

/// One process' store: a memory store with the run's faults, whose every outcome the ledger reads before the
/// sequencer hears of it. The planted bugs of stores live here.
final class SimulatedStore: EventStore {
    private let inner: MemoryStore
    private let ledger: Ledger
    private let dice: Dice
    private let bug: PlantedBug?
    /// Answered as stored, and not stored yet.
    private var late: [Batch] = []
    /// Told of a batch before it is stored: nobody is, but for a planted bug.
    var aboutToAppend: (Batch) -> Void = { _ in }

    init(_ inner: MemoryStore, ledger: Ledger, dice: Dice, bug: PlantedBug?) {
        self.inner = inner
        self.ledger = ledger
        self.dice = dice
        self.bug = bug
        inner.fault = { _ in
            if let fault = dice.storeFault() { return fault }
            return bug == .lostTail && !dice.isCalm && dice.once(in: 2) ? .unsynced : nil
        }
        let rooms = (try? inner.load().rooms.map(\.room.id)) ?? []
        ledger.readAgain(rooms, from: inner.history)
    }

    var history: any RetentionReader {
        switch bug {
        case .shortPage: SpoiledHistory(inner: inner.history, isShort: true)
        case .removalUntold: SpoiledHistory(inner: inner.history, hidesRemovals: true)
        default: inner.history
        }
    }

    var heldAppends: Int { inner.heldAppends }
    func release() { inner.release() }

    /// What the next process finds.
    func crash(keeping: Int) -> MemoryStore { inner.crash(keeping: keeping) }

    // MARK: the port

    func load() throws(StorageError) -> StoredState { try inner.load() }

    func reload(_ room: RoomID) throws(StorageError) -> StoredState.StoredRoom? { try inner.reload(room) }

    func targets(at places: [EventPlace]) throws(StorageError) -> [EventPlace: StoredTarget] {
        try inner.targets(at: places)
    }

    func messageCounts(at places: [EventPlace]) throws(StorageError) -> [EventPlace: UInt64] {
        try inner.messageCounts(at: places)
    }

    func greatestSend(upTo bound: SendID) throws(StorageError) -> SendID? {
        try inner.greatestSend(upTo: bound)
    }

    func receipts(for sends: [SendKey]) throws(StorageError) -> [SendKey: Event] {
        bug == .forgottenSends ? [:] : try inner.receipts(for: sends)
    }

    func append(_ batch: Batch, completed: @escaping (AppendOutcome) -> Void) {
        storeLate()
        if bug == .showBeforeAppend { aboutToAppend(batch) }
        if bug == .ackBeforeAppend, dice.once(in: 4) {
            late.append(batch)
            return completed(.stored)
        }
        var batch = bug == .wrongLink && dice.once(in: 8) ? Self.mislinked(batch) : batch
        if bug == .useForgotten, !batch.people.isEmpty { batch.invites = [] }
        if bug == .removedSendsForgotten {
            for place in batch.rooms.indices {
                batch.rooms[place].removal = batch.rooms[place].removal.map {
                    HistoryRemoval(room: $0.room, through: $0.through)
                }
            }
        }
        let rooms = batch.rooms.map(\.room)
        inner.append(batch) { [self] outcome in
            ledger.read(rooms, from: inner.history)
            completed(answer(for: outcome))
        }
    }

    private func answer(for outcome: AppendOutcome) -> AppendOutcome {
        switch (outcome, bug) {
        case (.unknown, .syncRetried), (.full, .fullTakenForStored): .stored
        case (.unknown, .unknownTakenForRefused): .full
        case (.stored, _), (.conflict, _), (.full, _), (.damaged, _), (.unknown, _): outcome
        }
    }

    private func storeLate() {
        for batch in late {
            inner.append(batch) { _ in }
            ledger.read(batch.rooms.map(\.room), from: inner.history)
        }
        late = []
    }

    /// The same batch with another link at the end of its last room's events.
    private static func mislinked(_ batch: Batch) -> Batch {
        var batch = batch
        guard let place = batch.rooms.indices.last, let event = batch.rooms[place].events.popLast() else {
            return batch
        }
        batch.rooms[place].events.append(
            Event(
                room: event.room, sequence: event.sequence, id: event.id, author: event.author, at: event.at,
                content: event.content, salt: event.salt, contentDigest: event.contentDigest,
                link: Digest(bytes: event.link.bytes.reversed()) ?? .zero, sendID: event.sendID))
        return batch
    }
}

/// A history whose pages leave out their second event, or that does not tell what was removed: planted bugs.
private struct SpoiledHistory: RetentionReader {
    let inner: any RetentionReader
    var isShort = false
    var hidesRemovals = false

    func events(
        of room: RoomID, after sequence: UInt64, through last: UInt64, maxEvents: Int, maxBytes: Int
    ) throws(StorageError) -> [HistoryEvent] {
        var page = try inner.events(
            of: room, after: sequence, through: last, maxEvents: maxEvents, maxBytes: maxBytes)
        if isShort, page.count > 2 { page.remove(at: 1) }
        return page
    }

    func messages(
        at places: [EventPlace], within ranges: [RoomID: VisibleRange]
    ) throws(StorageError) -> [EventPlace: CurrentMessage] { try inner.messages(at: places, within: ranges) }

    func traces(
        of person: PersonID, in room: RoomID, after sequence: UInt64, through last: UInt64,
        within bounds: Traces.Bounds
    ) throws(StorageError) -> Traces {
        try inner.traces(of: person, in: room, after: sequence, through: last, within: bounds)
    }

    func links(of room: RoomID, at sequences: [UInt64]) throws(StorageError) -> [UInt64: Digest] {
        try inner.links(of: room, at: sequences)
    }

    func anchor(of room: RoomID) throws(StorageError) -> Head {
        hidesRemovals ? .empty : try inner.anchor(of: room)
    }

    func spans(after room: RoomID?, max: Int, withAges: Bool) throws(StorageError) -> [RoomSpan] {
        try inner.spans(after: room, max: max, withAges: withAges)
    }

    func remembersSends(before moment: Timestamp) throws(StorageError) -> Bool {
        try inner.remembersSends(before: moment)
    }

    func person(named name: String) throws(StorageError) -> Person? { try inner.person(named: name) }
    func person(_ id: PersonID) throws(StorageError) -> Person? { try inner.person(id) }
    func person(of identity: ExternalIdentity) throws(StorageError) -> Person? {
        try inner.person(of: identity)
    }
    func openInvite(token: Digest) throws(StorageError) -> OpenInvite? { try inner.openInvite(token: token) }
}
