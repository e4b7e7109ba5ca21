import Chat

/// Finds what became of earlier sends (promise G3), mostly without asking the store: clients make their ids
/// by the clock, in growing order, so that one above all that were stored before this start, and above all
/// that its person has sent since, is new.
///
/// Sequencer's thread only. Holds one id for each person who has sent since the start.
struct SendMemory {
    private let store: any EventStore
    /// Nothing was stored between here and the horizon when this process began.
    private let stored: SendID
    /// Somebody's ids may lie far ahead of the clock. Beyond this the store is always asked, lest one such id
    /// make all that are sent below it doubtful.
    private let horizon: SendID
    private var greatest: [PersonID: SendID] = [:]

    init(store: any EventStore, now: Timestamp) throws(StorageError) {
        self.store = store
        var horizon = SendID.greatest
        var stored = try store.greatestSend(upTo: horizon)
        let tomorrow = SendID(high: UInt64(clamping: now.milliseconds + 86_400_000) << 16, low: 0)
        if let found = stored, found > tomorrow {
            horizon = tomorrow
            stored = try store.greatestSend(upTo: tomorrow)
        }
        self.horizon = horizon
        // Where there is none, only a send of the least id is doubtful without need.
        self.stored = stored ?? .least
    }

    func receipts(for envelopes: [Envelope]) throws(StorageError) -> [SendKey: Event] {
        var doubtful: [SendKey] = []
        for envelope in envelopes {
            guard case .command(.send(let message)) = envelope.body, case .person(let person) = envelope.actor
            else {
                continue
            }
            if !isSurelyNew(message.id, of: person) {
                doubtful.append(SendKey(person: person, send: message.id))
            }
        }
        return doubtful.isEmpty ? [:] : try store.receipts(for: doubtful)
    }

    /// The sends of a batch that is stored.
    mutating func remember(_ pending: [Pending]) {
        for one in pending {
            for event in one.events {
                guard let send = event.sendID, send <= horizon else { continue }
                greatest[event.author] = max(send, greatest[event.author] ?? send)
            }
        }
    }

    private func isSurelyNew(_ send: SendID, of person: PersonID) -> Bool {
        guard send > stored, send <= horizon else { return false }
        return greatest[person].map { $0 < send } ?? true
    }
}
