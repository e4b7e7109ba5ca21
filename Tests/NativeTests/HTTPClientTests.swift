import Native
import Testing

/// What is refused without a server; Tests/Oidc has the rest, with one.
@Suite struct HTTPClientTests {
    private func fault(_ request: HTTPRequest) -> HTTPFault? {
        do throws(HTTPFault) {
            _ = try HTTPClient(timeout: .seconds(2)).perform(request, limit: 1_024)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: ["http://127.0.0.1:1/", "file:///etc/passwd", "ftp://127.0.0.1:1/", "nothing", ""])
    func otherSchemesAreNotAsked(address: String) {
        #expect(fault(HTTPRequest(address)) == .notAllowed)
    }

    @Test func nobodyListens() {
        #expect(fault(HTTPRequest("http://127.0.0.1:1/", allowsPlain: true)) == .unreachable)
    }

    @Test(arguments: ["127.0.0.1", "localhost", "169.254.169.254", "10.1.2.3", "[::1]"])
    func internalAddressesAreNotAskedUnlessTheyMay(host: String) {
        let request = HTTPRequest("http://\(host):1/", allowsPlain: true, allowsInternal: false)
        #expect(fault(request) == .notAllowed)
    }

    @Test(arguments: [
        "0.0.0.0", "10.0.0.1", "100.64.0.1", "127.9.9.9", "169.254.169.254", "172.31.255.255", "192.168.0.1",
        "224.0.0.1", "255.255.255.255", "::", "::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "fe80::1",
        "fd00::1",
        "ff02::1",
    ])
    func internalAddresses(text: String) throws {
        #expect(try #require(IPAddress(text)).isInternal)
    }

    @Test(arguments: ["9.9.9.9", "100.128.0.1", "172.32.0.1", "192.169.0.1", "2001:4860:4860::8888"])
    func addressesOfTheInternet(text: String) throws {
        #expect(try !#require(IPAddress(text)).isInternal)
    }
}
