import Chat
import Client
import Storage

/// The chance of a run, all of it from one seed, and the count of what it struck.
final class Dice {
    private var random: SplitMix
    private(set) var struck: [Fault: Int] = [:]
    /// No more faults: what is under way is to come to its end.
    var isCalm = false

    init(seed: UInt64) {
        random = SplitMix(seed: seed &* 0x2545_f491_4f6c_dd1d &+ 1)
        _ = random.next()
    }

    func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }
    func word() -> UInt64 { random.next() }
    func generator() -> SplitMix { SplitMix(seed: random.next()) }
    func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) } }
    func pick<Element>(_ elements: [Element]) -> Element? {
        elements.isEmpty ? nil : elements[below(elements.count)]
    }

    /// Once in so many times, on average.
    func once(in times: Int) -> Bool { below(times) == 0 }

    /// Whether this fault strikes now.
    func strikes(_ fault: Fault, onceIn times: Int) -> Bool {
        guard once(in: times), !isCalm else { return false }
        count(fault)
        return true
    }

    func count(_ fault: Fault) { struck[fault, default: 0] += 1 }

    /// What goes wrong with an append.
    func storeFault() -> StoreFault? {
        if strikes(.slowAppend, onceIn: 4) { return .slow }
        if strikes(.storeConflict, onceIn: 25) { return .conflict }
        if strikes(.storeFull, onceIn: 25) { return .full }
        if strikes(.unknownStored, onceIn: 150) { return .unknown(isStored: true) }
        if strikes(.unknownLost, onceIn: 150) { return .unknown(isStored: false) }
        return nil
    }
}
