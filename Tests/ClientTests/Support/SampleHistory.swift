import Chat

/// A room's history as a server would hold it, made for a test.
struct SampleHistory {
    let room: RoomID
    private let hashing: any Hashing
    private(set) var events: [HistoryEvent] = []

    init(room: RoomID = RoomID(high: 7, low: 7), hashing: any Hashing = MixingHash()) {
        self.room = room
        self.hashing = hashing
    }

    init(room: RoomID = RoomID(high: 7, low: 7), count: Int, size: Int = 4, flavour: UInt64 = 0) {
        self.init(room: room)
        for _ in 0..<count { append(size: size, flavour: flavour) }
    }

    var head: Head { head(at: events.count) }

    func head(at sequence: Int) -> Head {
        sequence == 0 ? .empty : Head(sequence: UInt64(sequence), link: events[sequence - 1].event.link)
    }

    subscript(sequence: Int) -> HistoryEvent { events[sequence - 1] }

    func page(_ range: ClosedRange<Int>) -> [HistoryEvent] { range.map { self[$0] } }

    @discardableResult
    mutating func append(size: Int = 4, flavour: UInt64 = 0) -> HistoryEvent {
        let sequence = UInt64(events.count) + 1
        let content = [UInt8](repeating: UInt8(truncatingIfNeeded: sequence), count: size)
        return append(content: content, id: EventID(high: flavour, low: sequence), sendID: nil)
    }

    @discardableResult
    mutating func append(content: [UInt8], id: EventID, sendID: SendID?, author: String = "ada")
        -> HistoryEvent
    {
        let previous = head
        let salt = Salt(high: 5, low: previous.sequence)
        let digest = DigestChain.contentDigest(salt: salt, content: content, hashing: hashing)
        let at = Timestamp(milliseconds: 1_000 + Int64(previous.sequence))
        let person = PersonID(high: 1, low: 1)
        let link = DigestChain.link(
            after: previous.link, room: room, sequence: previous.sequence + 1, id: id, author: person, at: at,
            contentDigest: digest, hashing: hashing)
        let event = Event(
            room: room, sequence: previous.sequence + 1, id: id, author: person, at: at, content: content,
            salt: salt, link: link, sendID: sendID)
        events.append(HistoryEvent(event: event, authorName: author))
        return events[events.count - 1]
    }

    /// What is left of its content once that is erased.
    func contentDigest(of event: Event) -> Digest {
        DigestChain.contentDigest(salt: event.salt, content: event.content, hashing: hashing)
    }

    /// The same past up to `sequence`, and another future.
    func forked(after sequence: Int, adding count: Int, flavour: UInt64) -> SampleHistory {
        var other = self
        other.events.removeLast(events.count - sequence)
        for _ in 0..<count { other.append(flavour: flavour) }
        return other
    }
}
