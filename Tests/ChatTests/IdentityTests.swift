import Testing

@testable import Chat

/// Whom the identities of providers lead in as, and what a provider's word changes.
@Suite struct IdentityTests {
    private var chats = Chats()
    private let ada: ExternalIdentity
    private let grace: ExternalIdentity

    init() throws {
        ada = try #require(ExternalIdentity(issuer: "https://login.example.org", subject: "ada"))
        grace = try #require(ExternalIdentity(issuer: "https://login.example.org", subject: "grace"))
    }

    private func login(
        _ identity: ExternalIdentity, new: (PersonID, String)? = nil, isAdministrator: Bool? = nil
    ) -> Command {
        .signIn(
            ExternalLogin(
                identity: identity, provider: "corp",
                newPerson: new.map { ExternalLogin.NewPerson(id: $0, name: $1) },
                isAdministrator: isAdministrator))
    }

    private var kinds: [String] { chats.state.batch.audit.map(\.kind) }

    @Test mutating func aFirstLoginMakesAPersonAndLinksIt() {
        let id = PersonID(high: 7, low: 7)
        let verdict = chats.apply(login(ada, new: (id, "Ada"), isAdministrator: true))
        #expect(verdict == .accepted(.person(id)))
        #expect(chats.state.people[id]?.isAdministrator == true)
        #expect(chats.state.people[id]?.password == nil)
        #expect(chats.state.identities[ada]?.person == id)
        #expect(kinds == ["person_added", "identity_linked"])
        #expect(chats.state.batch.identities.map(\.identity) == [ada])
    }

    @Test mutating func nobodyIsMadeOrTakenOverByAName() {
        _ = chats.person("Ada")
        #expect(chats.apply(login(ada)).refusal == .notLinked)
        #expect(chats.apply(login(ada, new: (PersonID(high: 7, low: 7), "ada"))).refusal == .nameTaken)
        #expect(chats.state.identities.isEmpty)
    }

    @Test mutating func aProviderGivesAndTakesTheRoleAndBothAreRecorded() {
        let id = chats.person("Ada")
        chats.apply(.linkIdentity(.id(id), ada))
        chats.state.commit()
        chats.apply(login(ada, isAdministrator: true))
        #expect(chats.state.people[id]?.isAdministrator == true)
        #expect(kinds == ["administrator_granted"])
        chats.apply(login(ada))
        #expect(chats.state.people[id]?.isAdministrator == true)
        chats.apply(login(ada, isAdministrator: false))
        #expect(chats.state.people[id]?.isAdministrator == false)
        #expect(kinds == ["administrator_granted", "administrator_withdrawn"])
    }

    @Test mutating func whoIsDisabledIsGivenNothing() {
        let id = chats.person("Ada")
        chats.apply(.linkIdentity(.id(id), ada))
        chats.apply(.setDisabled(.id(id), true))
        #expect(chats.apply(login(ada, isAdministrator: true)).refusal == .disabled)
        #expect(chats.state.people[id]?.isAdministrator == false)
    }

    @Test mutating func anIdentityLeadsInAsOnePerson() {
        let (first, second) = (chats.person("Ada"), chats.person("Grace"))
        #expect(chats.apply(.linkIdentity(.id(first), ada)) == .accepted(.person(first)))
        #expect(chats.apply(.linkIdentity(.id(first), ada)) == .accepted(.person(first)))
        #expect(chats.apply(.linkIdentity(.id(second), ada)).refusal == .nameTaken)
        #expect(chats.apply(.unlinkIdentity(.id(second), ada)).refusal == .notLinked)
        let epoch = chats.state.people[first]?.sessionEpoch
        #expect(chats.apply(.unlinkIdentity(.id(first), ada)) == .accepted(.person(first)))
        #expect(chats.state.people[first]?.sessionEpoch == epoch.map { $0 + 1 })
        #expect(chats.apply(.linkIdentity(.id(second), ada)) == .accepted(.person(second)))
    }

    @Test mutating func theNumberOfIdentitiesIsBounded() throws {
        let id = chats.person("Ada")
        for number in 0..<Limits.standard.identitiesOfAPerson {
            let identity = try #require(ExternalIdentity(issuer: "https://a.example", subject: "\(number)"))
            #expect(chats.apply(.linkIdentity(.id(id), identity)) == .accepted(.person(id)))
        }
        #expect(chats.apply(.linkIdentity(.id(id), ada)).refusal == .tooMany)
    }

    @Test mutating func onlyTheServerSignsInAndOnlyAdministratorsLink() {
        let id = chats.person("Ada")
        #expect(chats.apply(login(ada), by: .person(id)).refusal == .forbidden)
        #expect(chats.apply(.linkIdentity(.id(id), ada), by: .person(id)).refusal == .forbidden)
        chats.context.audit = .unavailable
        #expect(
            chats.apply(login(ada, new: (PersonID(high: 7, low: 7), "Eve"))).refusal == .auditUnavailable)
    }

    @Test mutating func whatIsUndoneIsUndone() {
        let id = chats.person("Ada")
        chats.apply(.linkIdentity(.id(id), ada))
        chats.state.commit()
        chats.apply(.unlinkIdentity(.id(id), ada))
        chats.apply(.linkIdentity(.id(id), grace))
        chats.state.rollback()
        #expect(chats.state.identities.mapValues(\.person) == [ada: id])
        #expect(chats.state.identityCounts[id] == 1)
        #expect(chats.state.batch.isEmpty)
    }

    @Test(arguments: ["", "a\u{0}b", "ä", String(repeating: "s", count: 256)])
    func whatNoSubjectIs(text: String) {
        #expect(ExternalIdentity(issuer: "https://login.example.org", subject: text) == nil)
    }
}
