import Chat

/// Makes people, rooms and events that differ from each other, the same ones in every run.
struct Sample {
    private var random = SequenceGenerator()
    private var now = Timestamp(milliseconds: 1_700_000_000_000)

    mutating func person(_ name: String, password: String? = nil) -> Person {
        Person(
            id: PersonID(at: tick(), random: &random), name: named(name), password: password, createdAt: now)
    }

    mutating func room(_ name: String, kind: Room.Kind = .open) -> Room {
        Room(id: RoomID(at: tick(), random: &random), kind: kind, name: named(name), createdAt: now)
    }

    mutating func directRoom(_ one: Person, _ other: Person) -> Room {
        Room(
            id: RoomID(at: tick(), random: &random), kind: .direct, name: nil, createdAt: now,
            pair: PersonPair(one.id, other.id))
    }

    /// `count` events after `head`, each with a send id that grows; their links are not a real digest chain,
    /// which is no matter of a store's.
    mutating func events(
        _ count: Int, in room: RoomID, by author: PersonID, after head: Head = .empty, bytes: Int = 20,
        messagesFrom messages: UInt64 = 0
    ) -> [Event] {
        (1...max(count, 1)).prefix(count).map { index in
            let seed = UInt8(truncatingIfNeeded: random.next())
            return event(
                in: room, by: author, sequence: head.sequence + UInt64(index),
                content: (0..<bytes).map { UInt8(truncatingIfNeeded: $0) ^ seed },
                messages: messages + UInt64(index))
        }
    }

    mutating func event(
        in room: RoomID, by author: PersonID, sequence: UInt64, content: [UInt8], isSend: Bool = true,
        messages: UInt64 = 0
    ) -> Event {
        Event(
            room: room, sequence: sequence, id: EventID(at: tick(), random: &random), author: author, at: now,
            content: content, salt: Salt(high: random.next(), low: random.next()),
            contentDigest: content.isEmpty ? digest() : nil,
            link: digest(), sendID: isSend ? SendID(at: now, random: &random) : nil, messages: messages)
    }

    mutating func session() -> LoginSessionID { LoginSessionID(at: tick(), random: &random) }

    mutating func digest() -> Digest {
        Digest(bytes: (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }) ?? .zero
    }

    private mutating func tick() -> Timestamp {
        now = Timestamp(milliseconds: now.milliseconds + 1)
        return now
    }

    func named(_ name: String) -> Name { Name(displayed: name, unique: Name.uniqueForm(of: name)) }
}

/// SplitMix64 (Steele, Lea and Flood, 2014), from a fixed seed.
struct SequenceGenerator: RandomNumberGenerator {
    private var state: UInt64 = 2_026

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}

extension RoomBatch {
    /// The room's first batch.
    static func new(_ room: Room, standings: [StandingChange] = [], events: [Event] = []) -> RoomBatch {
        RoomBatch(room: room.id, expecting: .empty, settings: room, standings: standings, events: events)
    }
}

extension [Event] {
    var head: Head { last.map { Head(sequence: $0.sequence, link: $0.link) } ?? .empty }
}

extension AppendOutcome {
    var isUnknown: Bool {
        if case .unknown = self { return true }
        return false
    }
}

extension StandingChange {
    /// A member from the room's first event on, or nobody.
    init(person: PersonID, role: Role?) {
        self.init(person: person, standing: role.map { .member(Member(role: $0, since: 1)) })
    }
}
