import Native
import Testing

struct AddressTests {
    @Test(arguments: [
        "127.0.0.1", "255.255.255.255", "0.0.0.0", "::", "::1", "2001:db8::8:800:200c:417a", "fe80::1",
    ])
    func anAddressReadsBackAsWritten(text: String) throws {
        #expect(try #require(IPAddress(text)).description == text)
    }

    @Test(arguments: ["", "localhost", "1.2.3", "1.2.3.256", ":::", "[::1]", "1.2.3.4:5", "::1%lo"])
    func whatIsNoAddressIsRefused(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func anIPv4AddressInIPv6DressIsTheSame() {
        #expect(IPAddress("::ffff:192.0.2.1") == IPAddress("192.0.2.1"))
    }

    @Test func limitsCountACustomersNetwork() {
        #expect(IPAddress("2001:db8::1")?.network == IPAddress("2001:db8::ffff:1")?.network)
        #expect(IPAddress("2001:db8::1")?.network != IPAddress("2001:db8:0:1::1")?.network)
        #expect(IPAddress("192.0.2.1")?.network != IPAddress("192.0.2.2")?.network)
    }

    @Test func anEndReadsAsAddressAndPort() throws {
        #expect(PeerAddress(.loopback, port: 8_443).description == "127.0.0.1:8443")
        #expect(PeerAddress(.v6(high: 0, low: 1), port: 1).description == "[::1]:1")
    }

    @Test func addressesAndLocalNamesResolveWithoutANetwork() throws {
        #expect(try Resolver.resolve("192.0.2.7", port: 80) == [PeerAddress(.v4(0xc000_0207), port: 80)])
        let local = try Resolver.resolve("localhost", port: 80)
        #expect(local.allSatisfy { $0.address.isLoopback && $0.port == 80 })
    }

    @Test func aNameThatCannotBeIsAFailureWithItsName() {
        #expect { try Resolver.resolve("no such host!", port: 1) } throws: { error in
            (error as? Resolver.Failure)?.host == "no such host!"
        }
    }
}
