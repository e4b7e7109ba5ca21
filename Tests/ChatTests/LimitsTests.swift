import Testing

@testable import Chat

@Suite struct LimitsTests {
    @Test func theStandardLimitsHoldEveryRelation() {
        #expect(Limits.standard.violations() == [])
    }

    @Test func aBrokenRelationIsNamed() {
        var limits = Limits.standard
        limits.bodyBytes = limits.frameBytes
        #expect(limits.violations().contains("bodyBytes + 4096 <= frameBytes"))
    }

    @Test func codesAreUniqueAndNamed() {
        #expect(Set(RefusalCode.allCases.map(\.name)).count == RefusalCode.allCases.count)
        #expect(Set(DisconnectCode.allCases.map(\.name)).count == DisconnectCode.allCases.count)
        #expect(RefusalCode.allCases.filter(\.mayRetry).allSatisfy { $0.rawValue >= 400 })
    }
}
