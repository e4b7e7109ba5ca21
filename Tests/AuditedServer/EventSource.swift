import ArgumentParser
import Chat
import Native
import Security
import Server
import Synchronization

/// Hands audit events to a running server, evenly and without waiting for anything it does with them.
///
/// `run` is a thread's; `stop` is called on another.
final class EventSource: Sendable {
    enum Kind: String, ExpressibleByArgument, Sendable {
        case none
        /// The events of `various`, made and not handed over: what the making costs is none of auditing's.
        case unheard
        /// Security events of one kind from one address: a flood, two entries each ten seconds.
        case alike
        /// Security events that all differ: as many entries as are told apart, the rest is counted.
        case various
        /// Records that all differ, by the way that administration's take: each is an entry.
        case records
        /// Acts of administration, each when the one before is answered: recorded in the chat's transactions.
        case administration
    }

    private let kind: Kind
    private let rate: Int
    private let audit: AuditWriter
    private let desk: ControlDesk
    private let isStopped = Atomic(false)

    /// Between two looks at the clock.
    private static let turn = Duration.milliseconds(1)

    init(_ kind: Kind, rate: Int, threads: ServerThreads) {
        self.kind = kind
        self.rate = rate
        audit = threads.audit
        desk = threads.desk
    }

    func stop() { isStopped.store(true, ordering: .relaxed) }

    func run() {
        switch kind {
        case .none: return
        case .administration: administer()
        case .unheard, .alike, .various, .records: pour()
        }
    }

    /// What is due by now, once a turn: a turn that came late makes up for it.
    private func pour() {
        let start = MonotonicClock.now()
        let pause = Semaphore()
        var made = 0
        while !isStopped.load(ordering: .relaxed) {
            _ = pause.wait(timeout: Self.turn)
            let due = Int((MonotonicClock.now() - start).wholeNanoseconds) / 1_000 * rate / 1_000_000
            switch kind {
            case .records: audit.enter((made..<due).map(record))
            case .unheard: for number in made..<due { withExtendedLifetime(event(number)) {} }
            case .alike, .various, .none, .administration:
                for number in made..<due { audit.note(event(number)) }
            }
            made = due
        }
    }

    private func administer() {
        while !isStopped.load(ordering: .relaxed) {
            let answer = desk.ask(.command(.recordSecret(.name("load-0"), .tokenMade)))
            guard case .person = answer else { fatalError("administration was refused: \(answer)") }
        }
    }

    private var now: Timestamp { Timestamp(milliseconds: WallClock.milliseconds()) }

    private func event(_ number: Int) -> SecurityEvent {
        let address = kind == .alike ? IPAddress.v4(0xc000_0201) : .v6(high: UInt64(number), low: 1)
        return SecurityEvent(
            .loginFailed, at: now, by: .unknown,
            ["method": "token", "reason": "wrong_credentials"], from: address)
    }

    private func record(_ number: Int) -> AuditRecord {
        var random = SystemRandomNumberGenerator()
        let person = AuditParty.person(PersonID(high: 7, low: UInt64(number % 1_000)))
        return AuditRecord(
            at: now, .tokenMade, by: .operations, of: [person], ["name": .text("person-\(number % 1_000)")],
            random: &random)
    }
}
