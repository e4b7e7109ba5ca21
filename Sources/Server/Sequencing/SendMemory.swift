import Chat

/// Finds what became of earlier sends (promise G3) without asking the store for each: a send id greater than
/// every one stored for its person is new, and clients make them in growing order.
///
/// Sequencer's thread only. Holds one id for each person who has sent since the start.
struct SendMemory {
    private let store: any EventStore
    private var greatest: [PersonID: SendID] = [:]

    init(store: any EventStore) { self.store = store }

    mutating func receipts(for envelopes: [Envelope]) throws(StorageError) -> [SendKey: Event] {
        var doubtful: [SendKey] = []
        for envelope in envelopes {
            guard case .command(.send(let message)) = envelope.body, case .person(let person) = envelope.actor
            else {
                continue
            }
            if try !isSurelyNew(message.id, of: person) {
                doubtful.append(SendKey(person: person, send: message.id))
            }
        }
        return doubtful.isEmpty ? [:] : try store.receipts(for: doubtful)
    }

    /// The sends of a batch that is stored.
    mutating func remember(_ pending: [Pending]) {
        for one in pending {
            for event in one.events {
                guard let send = event.sendID else { continue }
                greatest[event.author] = max(send, greatest[event.author] ?? send)
            }
        }
    }

    private mutating func isSurelyNew(_ send: SendID, of person: PersonID) throws(StorageError) -> Bool {
        if let known = greatest[person] { return known < send }
        guard let stored = try store.greatestSend(of: person) else {
            // Nothing is stored for this person: the least id stands for that, and every send is new but that
            // one.
            greatest[person] = SendID(high: 0, low: 0)
            return true
        }
        greatest[person] = stored
        return stored < send
    }
}
