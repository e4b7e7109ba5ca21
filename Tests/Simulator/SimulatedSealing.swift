import Chat
import Wire

/// The sealed layer without its mathematics: whoever has both shares knows the keys, nothing is hidden, but
/// no frame opens out of its place. Holds every key to the one promise that GCM asks for: a nonce once.
final class SimulatedSealing: SealCryptography {
    private let dice: Dice
    private let judge: Judge
    private let bug: PlantedBug?

    init(dice: Dice, judge: Judge, bug: PlantedBug?) {
        self.dice = dice
        self.judge = judge
        self.bug = bug
    }

    func makeExchange(_ group: SealGroup) -> any SealExchange {
        SimulatedExchange(group: group, secret: dice.word(), sealing: self)
    }

    /// For each pair of keys the greatest sequence that was sealed.
    private var sealed: [UInt64: UInt64] = [:]

    fileprivate func note(_ key: UInt64, _ sequence: UInt64) {
        let next = (sealed[key] ?? 0)
        judge.require(sequence == next, .sealed, "frame \(sequence) is sealed after \(next) others")
        sealed[key] = next + 1
    }

    fileprivate func secret(_ agreed: UInt64, after past: SealPast) -> UInt64 {
        switch past {
        case .hello(let digest):
            return digest.bytes.prefix(8).reduce(agreed) { mix($0, UInt64($1)) }
        case .generation(let chain):
            guard let chain = chain as? SimulatedChain else { preconditionFailure("another cryptography") }
            return bug == .nonceReused ? chain.secret : mix(agreed, chain.secret)
        }
    }
}

private final class SimulatedChain: SealChain {
    let secret: UInt64

    init(secret: UInt64) { self.secret = secret }
}

private final class SimulatedExchange: SealExchange {
    let share: SealShare
    private let secret: UInt64
    private let sealing: SimulatedSealing

    init(group: SealGroup, secret: UInt64, sealing: SimulatedSealing) {
        share = SealShare(group: group, key: (0..<8).map { UInt8(truncatingIfNeeded: secret >> ($0 * 8)) })
        self.secret = secret
        self.sealing = sealing
    }

    func agree(with peer: SealShare, after past: SealPast) -> SealGeneration? {
        guard peer.group == share.group, peer.key.count == 8 else { return nil }
        let other = peer.key.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let next = sealing.secret(secret ^ other, after: past)
        return SealGeneration(
            client: SimulatedKey(mix(next, 1), sealing), server: SimulatedKey(mix(next, 2), sealing),
            chain: SimulatedChain(secret: next))
    }
}

private final class SimulatedKey: SealKey {
    private let key: UInt64
    private let sealing: SimulatedSealing

    init(_ key: UInt64, _ sealing: SimulatedSealing) {
        self.key = key
        self.sealing = sealing
    }

    func seal(_ frame: Range<Int>, of bytes: inout [UInt8], sequence: UInt64) {
        sealing.note(key, sequence)
        let payload = frame.lowerBound + FrameDecoder.headerBytes
        let end = frame.upperBound - SealedFrame.overhead
        let code = code(
            bytes.span.extracting(payload..<end), end - payload,
            bytes.span.extracting(frame.lowerBound..<payload), sequence)
        bytes.replaceSubrange(end..<frame.upperBound, with: code)
    }

    func open(_ sealed: Span<UInt8>, header: Span<UInt8>, sequence: UInt64) -> [UInt8]? {
        let count = sealed.count - SealedFrame.overhead
        guard count >= 0 else { return nil }
        let expected = code(sealed, count, header, sequence)
        for index in 0..<SealedFrame.overhead where sealed[count + index] != expected[index] { return nil }
        return (0..<count).map { sealed[$0] }
    }

    private func code(
        _ bytes: Span<UInt8>, _ count: Int, _ header: Span<UInt8>, _ sequence: UInt64
    ) -> [UInt8] {
        var sum = mix(key, sequence)
        for index in header.indices { sum = mix(sum, UInt64(header[index])) }
        for index in 0..<count { sum = (sum ^ UInt64(bytes[index])) &* 0x100_0000_01b3 }
        sum = mix(sum, UInt64(count))
        return (0..<SealedFrame.overhead).map { UInt8(truncatingIfNeeded: sum >> UInt64($0 % 8 * 8)) }
    }
}

/// SplitMix64's last step, over both.
private func mix(_ one: UInt64, _ other: UInt64) -> UInt64 {
    var word = one &+ other &* 0x9e37_79b9_7f4a_7c15 &+ 0x1234_5678_9abc_def1
    word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
    return word ^ word >> 31
}
