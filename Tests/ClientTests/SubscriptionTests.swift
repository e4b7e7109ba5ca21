import Chat
import Client
import Testing
import Wire

@Suite("The client machine's subscriptions")
struct SubscriptionTests {
    private let hall = RoomID(high: 7, low: 1)
    private let yard = RoomID(high: 7, low: 2)
    private let desk = RoomDesk(names: [
        "hall": RoomID(high: 7, low: 1), "HALL": RoomID(high: 7, low: 1), "yard": RoomID(high: 7, low: 2),
    ])

    private func isLive(_ ticket: RoomTicket, in told: [ClientAction]) -> Bool {
        told.contains { if case .caughtUp(ticket, _) = $0 { true } else { false } }
    }

    private func ends(_ told: [ClientAction]) -> [ClientAction] {
        told.filter { if case .roomEnded = $0 { true } else { false } }
    }

    private func refused(_ ticket: RoomTicket, _ code: RefusalCode) -> ClientAction {
        .roomEnded(ticket, .refused(RefusalNotice(Refusal(code))))
    }

    /// Requires that of these tickets only the last is followed, and nothing ended.
    private func requireFollowed(_ second: RoomTicket, not first: RoomTicket) {
        let told = desk.server.takeTold()
        #expect(ends(told) == [])
        #expect(isLive(second, in: told) && !isLive(first, in: told))
        #expect(desk.subscribed == [hall])
    }

    // MARK: closed and opened anew

    @Test func `a room closed and opened anew before its first answer is followed`() {
        let first = desk.open(.name("hall"))
        desk.close(first)
        let second = desk.open(.name("hall"))
        #expect(desk.underWay == [hall])
        desk.answerAll()
        requireFollowed(second, not: first)
    }

    @Test(arguments: [RoomReference.name("hall"), .name("HALL"), .id(RoomID(high: 7, low: 1))])
    func `a room closed and opened anew while it is resumed keeps its subscription`(anew: RoomReference) {
        let first = desk.open(.name("hall"))
        desk.answerAll()
        desk.cutAndLetIn()
        desk.close(first)
        _ = desk.server.takeTold()
        let second = desk.open(anew)
        #expect(desk.underWay == [hall])
        desk.answerAll()
        requireFollowed(second, not: first)
    }

    @Test func `a room closed and opened anew while it is followed is followed from its beginning`() {
        let first = desk.open(.name("hall"))
        desk.answerAll()
        _ = desk.server.takeTold()
        desk.close(first)
        let second = desk.open(.id(hall))
        #expect(desk.underWay == [hall])
        desk.answerAll()
        requireFollowed(second, not: first)
    }

    @Test func `a room closed and opened anew under another name is asked for again once it has left`() {
        let first = desk.open(.name("hall"))
        let second = desk.open(.name("HALL"))
        desk.close(first)
        #expect(desk.underWay == [hall, hall])
        desk.answerAll()
        requireFollowed(second, not: first)
    }

    @Test func `a room opened and closed again and again asks no more than it must`() {
        let first = desk.open(.name("hall"))
        desk.close(first)
        for _ in 0..<10 { desk.close(desk.open(.name("hall"))) }
        #expect(desk.underWay == [hall])
        desk.answer()
        #expect(desk.underWay == [hall])
        desk.answer()
        #expect(desk.underWay == [])
        #expect(desk.subscribed == [] && desk.server.takeTold() == [])
    }

    @Test func `with the connection everything to be left has left`() {
        let first = desk.open(.name("hall"))
        let second = desk.open(.name("yard"))
        desk.answerAll()
        desk.close(first)
        desk.cutAndLetIn()
        #expect(desk.underWay == [yard])
        desk.close(second)
        desk.cutAndLetIn()
        #expect(desk.underWay == [])
    }

    // MARK: refusals

    @Test func `an unsubscription refused for now is repeated, and the room opened anew waits for it`() {
        let first = desk.open(.name("hall"))
        desk.answerAll()
        desk.close(first)
        let second = desk.open(.name("hall"))
        _ = desk.server.takeTold()
        desk.refuse(Refusal(.busy, retryAfter: .milliseconds(40)))
        #expect(desk.underWay == [])
        #expect(desk.machine.deadline == .milliseconds(40))
        desk.advance(to: .milliseconds(40))
        desk.answerAll()
        requireFollowed(second, not: first)
    }

    @Test func `a subscription refused after its room was closed lets the one opened anew ask`() {
        let first = desk.open(.name("hall"))
        desk.close(first)
        let second = desk.open(.name("hall"))
        desk.refuse(Refusal(.unknownRoom))
        desk.answerAll()
        requireFollowed(second, not: first)
    }

    @Test(arguments: [RoomReference.name("hall"), .name("HALL"), .id(RoomID(high: 7, low: 1))])
    func `a room that is followed already is refused, and stays as it is`(again: RoomReference) {
        let first = desk.open(.name("hall"))
        desk.answerAll()
        _ = desk.server.takeTold()
        let second = desk.open(again)
        desk.answerAll()
        #expect(desk.server.takeTold() == [refused(second, .alreadySubscribed)])
        #expect(desk.subscribed == [hall])
        desk.close(second)
        #expect(desk.underWay == [])
        desk.close(first)
        #expect(desk.underWay == [hall])
    }

    @Test func `a page refused for good ends the room and its subscription`() {
        let first = desk.open(.name("hall"))
        desk.answer()
        _ = desk.server.takeTold()
        desk.refuse(Refusal(.historyChanged))
        #expect(desk.server.takeTold() == [refused(first, .historyChanged)])
        desk.answerAll()
        #expect(desk.subscribed == [])
    }

    // MARK: removed by the server

    @Test func `a removal that crosses with the unsubscription leaves the room opened anew alone`() {
        let first = desk.open(.name("hall"))
        desk.answerAll()
        _ = desk.server.takeTold()
        desk.close(first)
        let second = desk.open(.name("hall"))
        desk.remove(from: hall)
        #expect(desk.underWay == [hall])
        desk.answerAll()
        requireFollowed(second, not: first)
    }

    @Test func `a removal of whom nobody wants any more is told to nobody`() {
        let first = desk.open(.name("hall"))
        desk.answerAll()
        _ = desk.server.takeTold()
        desk.close(first)
        desk.remove(from: hall)
        desk.answerAll()
        #expect(desk.server.takeTold() == [])
        #expect(desk.underWay == [] && desk.subscribed == [])
    }

    // MARK: names and ids

    @Test func `what is asked by name and what is asked by id take turns`() {
        let byName = desk.open(.name("yard"))
        let byID = desk.open(.id(hall))
        let after = desk.open(.name("hall"))
        #expect(desk.underWay == [yard])
        desk.answer()
        #expect(desk.underWay == [hall])
        desk.answerAll()
        let told = desk.server.takeTold()
        #expect(isLive(byName, in: told) && isLive(byID, in: told))
        #expect(ends(told) == [refused(after, .alreadySubscribed)])
    }

    @Test func `different names are asked for at once, and so are different ids`() {
        _ = [desk.open(.name("hall")), desk.open(.name("yard"))]
        #expect(desk.underWay == [hall, yard])
        desk.answerAll()
        desk.cutAndLetIn()
        #expect(desk.underWay == [hall, yard])
    }

    @Test func `a room that was only looked up can be opened to be followed`() {
        let lookedUp = desk.open(.name("hall"), follows: false)
        desk.answerAll()
        let followed = desk.open(.id(hall))
        desk.answerAll()
        let told = desk.server.takeTold()
        #expect(ends(told) == [])
        #expect(isLive(followed, in: told) && !isLive(lookedUp, in: told))
        #expect(desk.subscribed == [hall])
    }

    @Test func `a room that does not fit into a frame ends, and holds nobody back`() {
        let tooLong = String(repeating: "x", count: 2_000_000)
        let long = desk.open(.name(tooLong))
        let second = desk.open(.id(hall))
        desk.answerAll()
        let told = desk.server.takeTold()
        guard case .roomEnded(long, .refused(let refusal))? = ends(told).first else {
            return #expect(Bool(false))
        }
        #expect(refusal.code == .tooLarge)
        #expect(isLive(second, in: told))
    }
}
