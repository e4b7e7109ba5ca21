import Chat
import Client
import Testing
import Wire

@Suite("The client machine's subscriptions, by chance")
struct SubscriptionChanceTests {
    private static let hall = RoomID(high: 7, low: 1)
    private static let yard = RoomID(high: 7, low: 2)

    /// A user who changes his mind, and a server that answers in any order, refuses, removes and is cut off.
    private final class Whims {
        /// Two names for one room, as far as a client knows.
        static let names = ["hall": hall, "HALL": hall, "yard": yard]
        static let references: [(RoomReference, RoomID)] = [
            (.name("hall"), hall), (.name("HALL"), hall), (.name("yard"), yard), (.id(hall), hall),
            (.id(yard), yard),
        ]

        let desk = RoomDesk(names: names)
        private var random: SplitMix
        /// What the user has open, and which room it is.
        private(set) var open: [RoomTicket: RoomID] = [:]
        private(set) var live: Set<RoomTicket> = []
        private var lookedUp: Set<RoomTicket> = []

        init(seed: UInt64) { random = SplitMix(seed: seed) }

        private func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }

        func step() {
            switch below(12) {
            case 0..<3: openOne()
            case 3..<5: if let ticket = pick(open.keys.map(\.self)) { close(ticket) }
            case 5..<9: if !desk.waiting.isEmpty { desk.answer(at: below(desk.waiting.count)) }
            case 9: if !desk.waiting.isEmpty { desk.refuse(at: below(desk.waiting.count), Refusal(.busy)) }
            case 10: desk.remove(from: below(2) == 0 ? hall : yard)
            default: if below(4) == 0 { cut() } else { wait() }
            }
            hear()
            requireOneAtATime()
        }

        func comeToRest() {
            for _ in 0..<20 {
                desk.answerAll()
                hear()
                wait()
            }
            desk.answerAll()
            hear()
        }

        private func pick(_ tickets: [RoomTicket]) -> RoomTicket? {
            tickets.isEmpty ? nil : tickets.sorted { $0.number < $1.number }[below(tickets.count)]
        }

        private func openOne() {
            let (reference, room) = Self.references[below(Self.references.count)]
            let follows = below(4) != 0
            let ticket = desk.open(reference, follows: follows)
            open[ticket] = room
            if !follows { lookedUp.insert(ticket) }
        }

        private func close(_ ticket: RoomTicket) {
            hear()
            (open[ticket], live) = (nil, live.subtracting([ticket]))
            desk.close(ticket)
        }

        private func cut() {
            live = []
            desk.cutAndLetIn()
        }

        private func wait() { desk.advance(to: desk.server.now + .milliseconds(300)) }

        private func hear() {
            for action in desk.server.takeTold() {
                switch action {
                case .caughtUp(let ticket, _): live.insert(ticket)
                case .roomEnded(let ticket, let end):
                    let room = open.removeValue(forKey: ticket)
                    live.remove(ticket)
                    // Only who opens a room that he follows already is refused for good.
                    let others = open.filter { $0.value == room && !lookedUp.contains($0.key) }
                    #expect(room != nil && (end == .unsubscribed || !others.isEmpty), "\(end)")
                case .event(let ticket, _), .opened(let ticket, _):
                    #expect(open[ticket] != nil, "told of a room that was closed")
                default: break
                }
            }
        }

        private func requireOneAtATime() {
            let names = desk.waiting.compactMap {
                if case .subscribe(let subscribe) = $0.request, case .name(let name) = subscribe.room {
                    name
                } else {
                    nil
                }
            }
            // Two names of a room are two rooms as far as a client can know.
            let aliases = Set(names).isSuperset(of: ["hall", "HALL"]) ? 1 : 0
            let underWay = desk.underWay
            #expect(underWay.count - aliases <= Set(underWay).count, "\(desk.waiting)")
        }

        func requireRest() {
            #expect(desk.waiting.isEmpty)
            let followed = open.filter { !lookedUp.contains($0.key) }
            #expect(live == Set(followed.keys), "what is open is live, and nothing else")
            #expect(desk.subscribed == Set(followed.values), "the server has what is followed, and no more")
            #expect(followed.count == Set(followed.values).count)
        }
    }

    @Test func `whatever crosses with what, in the end the server has the subscriptions that are wanted`() {
        for seed in 1...300 as ClosedRange<UInt64> {
            let whims = Whims(seed: seed)
            for _ in 0..<80 { whims.step() }
            whims.comeToRest()
            whims.requireRest()
        }
    }
}
