import Native
import Testing

@Suite struct IPNetworkTests {
    private static func contains(_ network: String, _ address: String) throws -> Bool {
        try #require(IPNetwork(network)).contains(try #require(IPAddress(address)))
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.0", false), ("0.0.0.0/0", "8.8.8.8", true),
        ("192.0.2.7", "192.0.2.7", true), ("192.0.2.7/32", "192.0.2.6", false), ("0.0.0.0/0", "::1", false),
        ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::", false),
        ("::1", "::1", true), ("::1/128", "::2", false), ("::/0", "ffff::1", true),
        ("2001:db8:0:1::/64", "2001:db8:0:1:ffff::", true), ("2001:db8::8000:0:0:0/65", "2001:db8::", false),
        ("10.0.0.0/8", "::ffff:10.1.1.1", true),
    ]) func itHoldsWhatItsPrefixSays(network: String, address: String, holds: Bool) throws {
        #expect(try Self.contains(network, address) == holds)
    }

    @Test(arguments: [
        "", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.1/8", "::1/129", "a/8",
        "10.0.0.0/8/8", "10.0.0.0/08", " 10.0.0.0/8",
    ]) func whatIsNoNetworkIsRefused(text: String) { #expect(IPNetwork(text) == nil) }

    @Test func aListHasCommas() {
        #expect(IPNetwork.list("")?.isEmpty == true)
        #expect(IPNetwork.list("10.0.0.0/8, ::1 ,127.0.0.1")?.count == 3)
        #expect(IPNetwork.list("10.0.0.0/8 ::1") == nil)
        #expect(IPNetwork.list("10.0.0.0/8,, ") == nil)
    }
}
