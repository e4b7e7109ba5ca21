import Native
import Reactor
import Testing

@Suite struct ConnectionLedgerTests {
    private func ledger(total: Int = 10, fromOne: Int = 10, unauthenticated: Int = 10) -> ConnectionLedger {
        var limits = LoopLimits()
        limits.connections = total
        limits.connectionsFromOneAddress = fromOne
        limits.unauthenticatedConnections = unauthenticated
        return ConnectionLedger(limits: limits)
    }

    @Test func itCountsAllOneNetworkAndThoseWhoHaveNotSaidWhoTheyAre() {
        let all = ledger(total: 1)
        #expect(all.admit(.v4(1)) == .admitted && all.admit(.v4(2)) == .tooMany)
        let one = ledger(fromOne: 1)
        #expect(one.admit(.v4(1)) == .admitted && one.admit(.v4(1)) == .tooManyFromOneNetwork)
        #expect(one.admit(.v4(2)) == .admitted)
        let strangers = ledger(unauthenticated: 1)
        #expect(strangers.admit(.v4(1)) == .admitted && strangers.admit(.v4(2)) == .tooManyUnauthenticated)
        strangers.authenticated()
        #expect(strangers.admit(.v4(2)) == .admitted)
    }

    @Test func aNetworkOfVersionSixIsCountedAsOne() {
        let one = ledger(fromOne: 1)
        #expect(one.admit(.v6(high: 1, low: 1)) == .admitted)
        #expect(one.admit(.v6(high: 1, low: 2)) == .tooManyFromOneNetwork)
    }

    @Test func whatIsReleasedMayComeAgain() {
        let one = ledger(total: 1)
        #expect(one.admit(.v4(1)) == .admitted)
        one.release(.v4(1), wasAuthenticated: false)
        #expect(one.counts == ConnectionLedger.Counts())
        #expect(one.admit(.v4(1)) == .admitted)
        one.authenticated()
        one.release(.v4(1), wasAuthenticated: true)
        #expect(one.counts == ConnectionLedger.Counts())
    }
}
