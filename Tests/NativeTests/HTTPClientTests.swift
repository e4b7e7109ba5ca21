import Testing

@testable import Native

/// What is refused without a server; Tests/Oidc has the rest, with one.
@Suite struct HTTPClientTests {
    #if OIDC
    private func fault(_ request: HTTPRequest) throws -> HTTPFault? {
        let client = try HTTPClient(timeout: .seconds(2))
        do throws(HTTPFault) {
            _ = try client.perform(request, limit: 1_024)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: ["http://127.0.0.1:1/", "file:///etc/passwd", "ftp://127.0.0.1:1/", "nothing", ""])
    func otherSchemesAreNotAsked(address: String) throws {
        #expect(try fault(HTTPRequest(address)) == .notAllowed)
    }

    @Test func nobodyListens() throws {
        #expect(try fault(HTTPRequest("http://127.0.0.1:1/", allowsPlain: true)) == .unreachable)
    }

    @Test(arguments: ["127.0.0.1", "localhost", "169.254.169.254", "10.1.2.3", "[::1]"])
    func internalAddressesAreNotAskedUnlessTheyMay(host: String) throws {
        let request = HTTPRequest("http://\(host):1/", allowsPlain: true, allowsInternal: false)
        #expect(try fault(request) == .notAllowed)
    }

    @Test(
        "A library that is not there, or is another, is refused in words",
        arguments: [
            ("libcurl.so.0", "cannot open shared object file"),
            ("libc.so.6", "undefined symbol: curl_easy_init"),
        ])
    func anotherLibraryIsRefused(name: String, words: String) throws {
        let fault = try #require(throws: HTTPUnavailable.self) { _ = try HTTPLibrary(loading: name) }
        #expect("\(fault)".contains(words) && "\(fault)".contains("install Debian's libcurl4"), "\(fault)")
    }
    #else
    @Test func aBuildWithoutTheTraitHasNoClient() {
        #expect(throws: HTTPUnavailable.notBuilt) { _ = try HTTPClient() }
    }
    #endif

    @Test func theTraitIsWhatWasAskedFor() {
        #expect(Trait.enabled.contains(.oidc) == Trait.oidc.isEnabled)
        #expect("\(HTTPUnavailable.notBuilt)".contains("--traits \(Trait.oidc.rawValue)"))
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
