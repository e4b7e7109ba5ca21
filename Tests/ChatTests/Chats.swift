import Chat

/// A chat's state in memory with the little it needs from outside, and seeded chance: the same run every
/// time.
struct Chats {
    var state: ChatState
    var context: ApplyContext<SeededRandom, ToyHashing, ToyEncoding>

    /// What `send` made, whatever became of it.
    private(set) var said: [EventPlace: Event] = [:]

    init(limits: Limits = .standard, seed: UInt64 = 1) {
        let incarnation = Incarnation(high: 1, low: 1)
        state = ChatState(StoredState(incarnation: incarnation, people: [], rooms: []), limits: limits)
        context = ApplyContext(
            now: Timestamp(milliseconds: 1_000), random: SeededRandom(seed: seed), hashing: ToyHashing(),
            encoding: ToyEncoding())
    }

    @discardableResult
    mutating func apply(
        _ command: Command, by actor: Actor = .operations, receipt: Event? = nil, target: StoredTarget? = nil,
        counted: UInt64? = nil
    ) -> Verdict {
        state.apply(command, by: actor, receipt: receipt, target: target, counted: counted, &context)
    }

    mutating func person(_ name: String) -> PersonID {
        guard
            case .accepted(.person(let id)) = apply(
                .addPerson(name: name, password: nil, isAdministrator: false))
        else { preconditionFailure("the person \(name) was refused") }
        return id
    }

    mutating func room(_ name: String, _ kind: Room.Kind = .open, by owner: PersonID) -> RoomID {
        guard
            case .accepted(.room(let id, _)) = apply(.createRoom(name: name, kind: kind), by: .person(owner))
        else { preconditionFailure("the room \(name) was refused") }
        return id
    }

    mutating func send(_ text: String, _ id: UInt64, to room: RoomID, by person: PersonID) -> Verdict {
        let message = SendMessage(room: room, id: SendID(high: 0, low: id), body: MessageBody(text: text))
        let verdict = apply(.send(message), by: .person(person))
        if let event = verdict.event { said[EventPlace(room: room, sequence: event.sequence)] = event }
        return verdict
    }
}

extension Verdict {
    var refusal: RefusalCode? { if case .refused(let refusal) = self { refusal.code } else { nil } }
    var event: Event? { if case .accepted(.sent(let event)) = self { event } else { nil } }
}

/// SplitMix64: the same numbers for the same seed.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}

/// No digest to trust, but one that changes with every byte: this module's tests need no cryptographic
/// library.
struct ToyHashing: Hashing {
    func sha256(_ bytes: [UInt8]) -> Digest {
        var words: [UInt64] = [1, 2, 3, 4]
        for (index, byte) in bytes.enumerated() {
            words[index % 4] = (words[index % 4] ^ UInt64(byte)) &* 0x100_0000_01b3 &+ UInt64(index)
        }
        let spread = words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
        guard let digest = Digest(bytes: spread) else { preconditionFailure("four words are 32 bytes") }
        return digest
    }
}

struct ToyEncoding: ContentEncoding {
    func encode(_ content: Content) -> [UInt8] { Array("\(content)".utf8) }
    /// Whether it is a message is all that anybody asks.
    func decode(_ bytes: [UInt8]) -> Content? {
        bytes.starts(with: "message".utf8) ? .message(MessageBody(bytes: bytes)) : nil
    }
}
