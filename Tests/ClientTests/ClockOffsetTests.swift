import Client
import Testing

@Suite struct ClockOffsetTests {
    @Test(
        arguments: [
            (0, nil), (30, nil), (-30, nil),
            (31, "this machine's clock is 31 seconds behind the server's"),
            (-31, "this machine's clock is 31 seconds ahead of the server's"),
            (65, "this machine's clock is 1 minute 5 seconds behind the server's"),
            (-90_061, "this machine's clock is 1 day 1 hour ahead of the server's"),
            (172_800, "this machine's clock is 2 days behind the server's"),
        ] as [(Int, String?)]) func whatIsBeyondTheBoundIsTold(lead: Int, warning: String?)
    {
        #expect(ClockOffset.warning(lead: .seconds(lead)) == warning)
    }

    @Test func aClockThatNoYearKnowsIsToldToo() {
        #expect(ClockOffset.warning(lead: .milliseconds(Int64.max)) != nil)
        #expect(ClockOffset.warning(lead: .milliseconds(Int64.min)) != nil)
    }
}
