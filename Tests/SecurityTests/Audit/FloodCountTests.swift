import Chat
import Native
import Security
import Testing

@Suite struct FloodCountTests {
    private func event(_ user: String, at milliseconds: Int64, _ kind: AuditKind = .loginFailed)
        -> SecurityEvent
    {
        SecurityEvent(
            kind, at: Timestamp(milliseconds: milliseconds), by: .unknown, ["user": .text(user)])
    }

    private func floods(most: Int, strangers: Int = 1_000) -> FloodCount {
        let strangers = EntryAllowance(most: strangers, refill: .seconds(2))
        return FloodCount(window: .seconds(10), most: most, strangers: strangers)
    }

    private func text(_ event: SecurityEvent) -> String {
        String(decoding: event.details.json, as: UTF8.self)
    }

    private func count(_ event: SecurityEvent) throws -> Int64 {
        let match = try #require(text(event).firstMatch(of: /"count":([0-9]+)/))
        return try #require(Int64(match.1))
    }

    private func add(_ user: String, _ at: Int64, to floods: inout FloodCount) -> SecurityEvent? {
        floods.add(event(user, at: at))
    }

    private func due(_ floods: inout FloodCount, at milliseconds: Int64, all: Bool = false) -> [SecurityEvent]
    {
        floods.due(at: Timestamp(milliseconds: milliseconds), all: all)
    }

    @Test func theFirstIsEnteredAtOnceAndTheOthersAsOne() throws {
        var floods = floods(most: 10)
        let first = add("ada", 1_000, to: &floods)
        #expect(first == event("ada", at: 1_000))
        let others = (1_001...1_999).compactMap { add("ada", Int64($0), to: &floods) }
        #expect(others.isEmpty)
        let early = due(&floods, at: 10_999)
        #expect(early.isEmpty)
        let counted = due(&floods, at: 11_000)
        #expect(
            counted.map(text) == ["{\"user\":\"ada\",\"count\":999,\"first_at\":1000,\"last_at\":1999}"])
        #expect(floods.isEmpty)
        let next = add("ada", 12_000, to: &floods)
        #expect(next != nil, "another window begins")
    }

    /// Whoever has a /64 has an address for each event.
    @Test func aFloodFromOneNetworkIsOne() throws {
        var floods = floods(most: 10)
        func add(_ address: String) throws -> SecurityEvent? {
            let address = try #require(IPAddress(address))
            return floods.add(
                SecurityEvent(.loginFailed, at: Timestamp(milliseconds: 1), by: .unknown, from: address))
        }
        let first = try #require(try add("2001:db8::1"))
        #expect(String(decoding: first.entered.json, as: UTF8.self) == "{\"address\":\"2001:db8::1\"}")
        for number in 2...1_000 {
            let other = try add("2001:db8::\(String(number, radix: 16))")
            #expect(other == nil)
        }
        let neighbour = try add("2001:db8:0:1::1")
        let (four, again) = (try add("192.0.2.1"), try add("192.0.2.1"))
        #expect(neighbour != nil && four != nil && again == nil)
        let counted = due(&floods, at: 1, all: true).map(text)
        #expect(
            Set(counted) == [
                "{\"network\":\"2001:db8::/64\",\"count\":999,\"first_at\":1,\"last_at\":1}",
                "{\"address\":\"192.0.2.1\",\"count\":1,\"first_at\":1,\"last_at\":1}",
            ])
    }

    @Test func aLoneEventIsOneEntry() {
        var floods = floods(most: 10)
        _ = add("ada", 0, to: &floods)
        let counted = due(&floods, at: 10_000)
        #expect(counted.isEmpty)
        #expect(floods.isEmpty)
    }

    @Test func aFloodOfDifferentEventsIsBoundedAndCountedToTheLast() {
        var floods = floods(most: 100)
        let entered = (0..<100_000).compactMap { add("\($0)", 5, to: &floods) }
        #expect(entered.count == 100)
        #expect(floods.keyCount == 101)
        let counted = due(&floods, at: 5, all: true)
        #expect(
            counted.map(text)
                == ["{\"various\":true,\"count\":99900,\"first_at\":5,\"last_at\":5}"])
    }

    /// A thousand networks for a day: what they do is counted, and the log stays small.
    @Test func whatStrangersCauseIsBoundedOverTime() throws {
        var floods = floods(most: 5_000, strangers: 100)
        var entered = 0
        var counted: Int64 = 0
        for second in 0..<1_000 {
            let now = Int64(second) * 1_000
            for event in due(&floods, at: now) {
                #expect(text(event).hasPrefix("{\"various\":true,"))
                counted += try count(event)
            }
            for number in 0..<50 where add("\(second) \(number)", now, to: &floods) != nil { entered += 1 }
        }
        for event in due(&floods, at: 0, all: true) {
            counted += try count(event)
        }
        #expect(entered == 100 + 999 / 2)
        #expect(counted + Int64(entered) == 50_000, "each is entered or counted")
        let person = AuditParty.person(PersonID(high: 1, low: 2))
        let own = SecurityEvent(.loginSucceeded, at: Timestamp(milliseconds: 999_000), by: person)
        #expect(floods.add(own) != nil, "what a person does is entered all the same")
    }

    @Test func aClockThatIsSetBackEndsTheWindow() {
        var floods = floods(most: 10)
        _ = add("ada", 100_000, to: &floods)
        _ = add("ada", 100_001, to: &floods)
        let counted = due(&floods, at: 50_000)
        #expect(counted.count == 1)
    }
}
