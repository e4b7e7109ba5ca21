import Chat
import Native
import Security
import Testing

@testable import Server

@Suite struct ServerSetupTests {
    private let scratch: ScratchDirectory
    private let directory: DataDirectory
    private var configuration = Configuration.standard

    init() throws {
        scratch = try ScratchDirectory()
        directory = DataDirectory(path: scratch.path + "/data")
        configuration.serverName = "box.example"
    }

    private func setUp(_ administrator: String = "ada") throws -> ServerSetup {
        try ServerSetup(
            directory: directory, configuration: configuration, administrator: administrator,
            identityBits: 2_048)
    }

    /// Opens the stores as a server would, and asks them.
    private func people() throws -> [Person] {
        let factory = Composition.embedded(
            in: directory, auditKey: try ServerKeys.load(from: directory).audit,
            limits: configuration.limits)
        let events = try factory.openEvents()
        defer { try? events.close() }
        return try events.store.load().people
    }

    private func invited(_ token: String) throws -> PersonID? {
        let factory = Composition.embedded(
            in: directory, auditKey: try ServerKeys.load(from: directory).audit,
            limits: configuration.limits)
        let sessions = try factory.openSessions()
        guard let digest = InviteToken(text: token)?.digest,
            case .invite(let invite?) = try sessions.store.perform([.findInvite(token: digest, now: now)])
                .first
        else { return nil }
        return invite.person
    }

    private var now: Timestamp { Timestamp(milliseconds: WallClock.milliseconds()) }

    @Test func theLinkLetsTheFirstAdministratorIn() throws {
        let setup = try setUp()
        #expect(setup.link.text.hasPrefix("securechat://box.example:8443/#token=sci_"))
        #expect(setup.link.user == "ada")
        #expect(
            setup.link.fingerprint
                == Fingerprint(publicKey: try ServerKeys.load(from: directory).identity.publicKey))
        let administrator = try #require(try people().first)
        #expect(administrator.name.displayed == "ada")
        #expect(administrator.isAdministrator)
        #expect(administrator.password == nil)
        #expect(try invited(setup.link.token) == administrator.id)
        #expect(try invited("sci_" + setup.link.token.dropFirst(5)) == nil)
    }

    @Test func everythingInTheDirectoryIsItsOwnersAlone() throws {
        _ = try setUp()
        for name in try Files.names(in: directory.path) {
            let mode = try #require(try Files.status(of: "\(directory.path)/\(name)")).mode
            #expect(mode & 0o077 == 0, "\(name) has mode \(String(mode, radix: 8))")
        }
    }

    @Test func aSecondOneIsRefusedAndChangesNothing() throws {
        let first = try setUp()
        #expect(throws: DataDirectoryError.self) { try setUp("eve") }
        #expect(try people().map(\.name.displayed) == ["ada"])
        #expect(try invited(first.link.token) != nil)
    }

    @Test func anInterruptedOneIsCompletedWithOneAdministrator() throws {
        _ = try setUp()
        try Files.remove(directory.marker)
        let second = try setUp()
        #expect(try people().count == 1)
        #expect(try invited(second.link.token) != nil)
    }

    @Test func aNameThatIsNoneIsRefusedBeforeAnythingIsMade() throws {
        #expect(throws: SetupError.self) { try setUp("no name") }
        #expect(try directory.condition() == .missing)
    }

    @Test mutating func thePublicAddressStandsInTheLinkAndInTheCertificate() throws {
        configuration.serverURL = "https://chat.example.org"
        let setup = try setUp()
        #expect(setup.link.endpoint == Endpoint(host: "chat.example.org", port: 443))
        #expect(setup.serverName == "box.example")
    }
}
