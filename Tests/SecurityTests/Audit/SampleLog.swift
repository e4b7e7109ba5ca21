import Chat
import Native
import Security

/// A signed log and what it is made of, the same in every run but for its key.
struct SampleLog {
    let key = Ed25519Key.generate()
    let log = AuditLogID(high: 11, low: 12)
    private(set) var ledger: AuditLedger<NativeHashing>
    private(set) var items: [AuditItem] = []
    private var dice: Dice
    static let people = (0..<4).map { PersonID(high: $0, low: 1) }

    init(seed: UInt64 = 1) {
        dice = Dice(seed: seed)
        ledger = AuditLedger(log: log, after: nil, hashing: NativeHashing())
    }

    /// Entries under checkpoints at these places; the last covers everything.
    init(entries: Int, checkpoints: Set<Int>, seed: UInt64 = 1) {
        self.init(seed: seed)
        for place in 1...entries {
            add()
            if checkpoints.contains(place) || place == entries { sign() }
        }
    }

    var publicKey: [UInt8] { key.publicKey }
    var witness: AuditVerifier.Witness {
        AuditVerifier.Witness(number: ledger.checkpoint, sequence: ledger.sequence, link: ledger.link)
    }

    mutating func add() {
        let kinds = AuditKind.allCases.filter { $0 != .detailsErased }
        let kind = kinds[dice.below(kinds.count)]
        let person = Self.people[dice.below(Self.people.count)]
        let record = AuditRecord(
            at: Timestamp(milliseconds: 1_700_000_000_000 + Int64(ledger.sequence)), kind,
            by: dice.below(2) == 0 ? .operations : .person(person), of: [.person(person)],
            ["name": .text("name \(dice.below(5))"), "count": .number(Int64(dice.below(3)))],
            random: &dice)
        items.append(.entry(ledger.append(record, salt: Salt(high: dice.next(), low: dice.next()))))
    }

    /// As the server enters it before it erases what the log holds of the party.
    mutating func addErasure(of person: PersonID) {
        let record = AuditRecord(
            at: Timestamp(milliseconds: 1_700_000_000_400), .detailsErased, by: .operations,
            of: [.person(person)], ["count": .number(1)], random: &dice)
        items.append(.entry(ledger.append(record, salt: Salt(high: dice.next(), low: dice.next()))))
    }

    mutating func sign() {
        let made = ledger.sign(
            at: Timestamp(milliseconds: 1_700_000_000_500), key: NativeHashing().sha256(publicKey)
        ) { [key] in key.sign($0.span) }
        items.append(.checkpoint(made))
    }

    /// What a verifier with the public key says of these items; `nil` when it finds nothing.
    func finding(in items: [AuditItem], witnesses: [AuditVerifier.Witness] = []) -> AuditFinding? {
        var verifier = AuditVerifier(log: log, publicKey: publicKey, segmentMost: 1_000, witnesses: witnesses)
        do throws(AuditFinding) {
            for item in items { try verifier.take(item) }
            _ = try verifier.finish()
            return nil
        } catch {
            return error
        }
    }
}

/// SplitMix64, from a seed.
struct Dice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
