import Native
import Reactor
import Testing

@Suite struct ConnectionLedgerTests {
    private let now = Instant(nanoseconds: 0)

    private func ledger(total: Int = 10, fromOne: Int = 10, unauthenticated: Int = 10) -> ConnectionLedger {
        var limits = LoopLimits()
        limits.connections = total
        limits.connectionsFromOneAddress = fromOne
        limits.unauthenticatedConnections = unauthenticated
        return ConnectionLedger(limits: limits)
    }

    @Test func itCountsAllOneNetworkAndThoseWhoHaveNotSaidWhoTheyAre() {
        let all = ledger(total: 1)
        #expect(all.admit(.v4(1), now: now) == .admitted && all.admit(.v4(2), now: now) == .tooMany)
        let one = ledger(fromOne: 1)
        #expect(one.admit(.v4(1), now: now) == .admitted)
        #expect(one.admit(.v4(1), now: now) == .tooManyFromOneNetwork)
        #expect(one.admit(.v4(2), now: now) == .admitted)
        let strangers = ledger(unauthenticated: 1)
        #expect(strangers.admit(.v4(1), now: now) == .admitted)
        #expect(strangers.admit(.v4(2), now: now) == .tooManyUnauthenticated)
        strangers.authenticated()
        #expect(strangers.admit(.v4(2), now: now) == .admitted)
    }

    @Test func aNetworkOfVersionSixIsCountedAsOne() {
        let one = ledger(fromOne: 1)
        #expect(one.admit(.v6(high: 1, low: 1), now: now) == .admitted)
        #expect(one.admit(.v6(high: 1, low: 2), now: now) == .tooManyFromOneNetwork)
    }

    @Test func whoComesTooFastIsNotCounted() {
        let ledger = ConnectionLedger(limits: LoopLimits(), admission: OddOnly())
        #expect(ledger.admit(.v4(1), now: now) == .admitted)
        #expect(ledger.admit(.v4(2), now: now) == .notAdmitted)
        #expect(ledger.counts == ConnectionLedger.Counts(connections: 1, unauthenticated: 1))
    }

    private struct OddOnly: Admission {
        func admitsConnection(from address: IPAddress, now: Instant) -> Bool {
            if case .v4(let number) = address { number % 2 == 1 } else { false }
        }

        func admitsHandshake(from address: IPAddress, now: Instant) -> Bool { true }
    }

    @Test func whatIsReleasedMayComeAgain() {
        let one = ledger(total: 1)
        #expect(one.admit(.v4(1), now: now) == .admitted)
        one.release(.v4(1), wasAuthenticated: false)
        #expect(one.counts == ConnectionLedger.Counts())
        #expect(one.admit(.v4(1), now: now) == .admitted)
        one.authenticated()
        one.release(.v4(1), wasAuthenticated: true)
        #expect(one.counts == ConnectionLedger.Counts())
    }
}
