import Chat
import Client
import Testing
import Wire

@Suite("The client machine's rooms and sends")
struct ClientMachineRoomTests {
    private let history = SampleHistory(count: 10)

    private var summary: RoomSummary {
        RoomSummary(id: history.room, kind: .open, name: "hall", role: .member)
    }

    private func message(_ number: UInt64, size: Int = 3) -> SendMessage {
        SendMessage(
            room: history.room, id: SendID(high: 0, low: number),
            body: MessageBody(bytes: [UInt8](repeating: 65, count: size)))
    }

    private func receipt(_ number: UInt64) -> SendReceipt {
        SendReceipt(
            room: history.room, send: SendID(high: 0, low: number), sequence: number,
            event: EventID(high: 0, low: number),
            at: ScriptedServer.wallClock)
    }

    private func sends(_ heard: [ScriptedServer.Heard]) -> [UInt64] {
        heard.compactMap {
            if case .request(.command(.send(let send))) = $0.message { send.id.low } else { nil }
        }
    }

    private func events(_ told: [ClientAction]) -> [UInt64] {
        told.compactMap { if case .event(_, let event) = $0 { event.event.sequence } else { nil } }
    }

    @Test func `a room is subscribed to, read and followed`() {
        let server = ScriptedServer()
        server.begin()
        let ticket = server.machine.open(.name("hall"), from: .after(0), joins: true, now: .zero)
        server.settle()
        #expect(server.lastAsked == .subscribe(SubscribeRequest(room: .name("hall"), joins: true)))
        server.say(
            .subscribed(Subscription(room: summary, head: history.head(at: 3))), request: server.lastRequest)
        #expect(
            server.lastAsked
                == .readHistory(HistoryRequest(room: history.room, after: 0, through: 3, maxEvents: 512)))
        server.say([
            (.event(history[4]), 0),
            (
                .historyPage(HistoryPage(room: history.room, events: history.page(1...3), more: false)),
                server.lastRequest
            ),
            (.event(history[5]), 0),
        ])
        let told = server.takeTold()
        #expect(told.first == .opened(ticket, summary))
        #expect(events(told) == [1, 2, 3, 4, 5])
        #expect(told.contains(.caughtUp(ticket, history.head(at: 4))))
    }

    @Test func `after a lost connection it resumes by id, naming what it holds, without joining again`() {
        let server = ScriptedServer()
        server.begin()
        let ticket = server.machine.open(.name("hall"), from: .after(0), joins: true, now: .zero)
        server.settle()
        server.say(.subscribed(Subscription(room: summary, head: .empty)), request: server.lastRequest)
        server.say([(.event(history[1]), 0), (.event(history[2]), 0)])
        _ = server.takeTold()
        server.cut()
        server.advanceToDeadline()
        server.letIn()
        let held = [history.head(at: 2), history.head(at: 1)]
        #expect(
            server.lastAsked
                == .subscribe(
                    SubscribeRequest(room: .id(history.room), held: held, incarnation: server.incarnation)))
        server.say(
            .subscribed(Subscription(room: summary, head: history.head(at: 4), common: history.head(at: 2))),
            request: server.lastRequest)
        server.say(
            .historyPage(HistoryPage(room: history.room, events: history.page(3...4), more: false)),
            request: server.lastRequest)
        let told = server.takeTold()
        #expect(events(told) == [3, 4])
        #expect(!told.contains(.opened(ticket, summary)))
    }

    @Test func `another history is told as what to forget`() {
        let other = history.forked(after: 1, adding: 2, flavour: 5)
        let server = ScriptedServer()
        server.begin()
        let ticket = server.machine.open(.name("hall"), from: .after(0), now: .zero)
        server.settle()
        server.say(.subscribed(Subscription(room: summary, head: .empty)), request: server.lastRequest)
        server.say([(.event(history[1]), 0), (.event(history[2]), 0)])
        server.cut()
        server.incarnation = Incarnation(high: 2, low: 2)
        server.advanceToDeadline()
        server.letIn()
        _ = server.takeTold()
        server.say(
            .subscribed(
                Subscription(room: summary, head: other.head, common: other.head(at: 1), historyChanged: true)
            ),
            request: server.lastRequest)
        #expect(server.takeTold() == [.forget(ticket, after: 1)])
        server.say(
            .historyPage(HistoryPage(room: history.room, events: other.page(2...3), more: false)),
            request: server.lastRequest)
        server.cut()
        server.advanceToDeadline()
        server.letIn()
        guard case .subscribe(let request)? = server.lastAsked else { return #expect(Bool(false)) }
        #expect(request.incarnation == Incarnation(high: 2, low: 2))
        #expect(request.held.first == other.head)
    }

    @Test func `a refused subscription ends, or is asked again when that may help`() {
        let server = ScriptedServer()
        server.begin()
        let ticket = server.machine.open(.name("hall"), from: .after(0), now: .zero)
        server.settle()
        server.say(
            .refused(RefusalNotice(Refusal(.busy, retryAfter: .milliseconds(300)))),
            request: server.lastRequest)
        #expect(server.machine.deadline == .milliseconds(300))
        _ = server.takeHeard()
        server.advance(to: .milliseconds(300))
        #expect(server.lastAsked == .subscribe(SubscribeRequest(room: .name("hall"))))
        let refusal = RefusalNotice(Refusal(.unknownRoom))
        server.say(.refused(refusal), request: server.lastRequest)
        #expect(server.takeTold() == [.roomEnded(ticket, .refused(refusal))])
        server.cut()
        server.advanceToDeadline()
        _ = server.takeHeard()
        server.letIn()
        #expect(server.heard.isEmpty)
    }

    @Test func `a page that is refused for now is asked for again`() {
        let server = ScriptedServer()
        server.begin()
        _ = server.machine.open(.name("hall"), from: .after(0), now: .zero)
        server.settle()
        server.say(
            .subscribed(Subscription(room: summary, head: history.head(at: 3))), request: server.lastRequest)
        let asked = server.lastAsked
        server.say(.refused(RefusalNotice(Refusal(.busy))), request: server.lastRequest)
        _ = server.takeHeard()
        server.advance(to: .milliseconds(250))
        #expect(server.lastAsked == asked)
        server.say(
            .historyPage(HistoryPage(room: history.room, events: history.page(1...3), more: false)),
            request: server.lastRequest)
        #expect(events(server.takeTold()) == [1, 2, 3])
    }

    @Test func `a room whose history breaks is left, and said so`() {
        let server = ScriptedServer()
        server.begin()
        let ticket = server.machine.open(.name("hall"), from: .after(0), now: .zero)
        server.settle()
        server.say(.subscribed(Subscription(room: summary, head: .empty)), request: server.lastRequest)
        server.say([(.event(history[1]), 0), (.event(SampleHistory(count: 2, flavour: 5)[2]), 0)])
        #expect(server.takeTold().last == .roomEnded(ticket, .broken(.brokenChain(at: 2))))
        #expect(server.lastAsked == .unsubscribe(history.room))
    }

    @Test func `removed from a room, it hears no more of it`() {
        let server = ScriptedServer()
        server.begin()
        let ticket = server.machine.open(.name("hall"), from: .after(0), now: .zero)
        server.settle()
        server.say(.subscribed(Subscription(room: summary, head: .empty)), request: server.lastRequest)
        _ = server.takeTold()
        server.say([(.unsubscribed(history.room), 0), (.event(history[1]), 0)])
        #expect(server.takeTold() == [.roomEnded(ticket, .unsubscribed)])
    }

    @Test func `a room opened only to send to is looked up, joined and not followed`() {
        let server = ScriptedServer()
        server.begin()
        let ticket = server.machine.open(
            .name("hall"), from: .recent(0), joins: true, follows: false, now: .zero)
        server.settle()
        server.say(.subscribed(Subscription(room: summary, head: history.head)), request: server.lastRequest)
        #expect(server.lastAsked == .unsubscribe(history.room))
        #expect(server.takeTold() == [.opened(ticket, summary)])
        server.say(.event(history[10]))
        #expect(server.takeTold() == [])
        server.cut()
        server.advanceToDeadline()
        server.letIn()
        #expect(server.heard.isEmpty)
    }

    @Test func `sends go out within the server's window, and again on the next connection`() {
        let server = ScriptedServer()
        server.limits.window = 2
        for number in 1...3 as ClosedRange<UInt64> {
            #expect(server.machine.send(message(number), now: .zero))
        }
        server.begin()
        #expect(sends(server.heard) == [1, 2])
        let requests = server.takeHeard().map(\.request)
        server.say(.sent(receipt(1)), request: requests[0])
        #expect(server.takeTold() == [.acknowledged(receipt(1))])
        #expect(sends(server.heard) == [3])
        server.cut()
        server.advanceToDeadline()
        server.letIn()
        #expect(sends(server.heard) == [2, 3])
        #expect(server.machine.unacknowledged == 2)
    }

    @Test func `a send whose outcome is unknown is repeated under its id`() {
        let server = ScriptedServer()
        server.begin()
        #expect(server.machine.send(message(1), now: .zero))
        server.settle()
        server.say(.refused(RefusalNotice(Refusal(.unknownOutcome))), request: server.lastRequest)
        server.say(.disconnect(Disconnection(.restarting, reconnectAfter: .milliseconds(50))))
        _ = server.takeHeard()
        server.advanceToDeadline()
        server.letIn()
        #expect(sends(server.heard) == [1])
        server.say(.sent(receipt(1)), request: server.lastRequest)
        #expect(server.takeTold().last == .acknowledged(receipt(1)))
        #expect(server.machine.unacknowledged == 0)
    }

    @Test func `a busy server is asked again when it said`() {
        let server = ScriptedServer()
        server.begin()
        #expect(server.machine.send(message(1), now: .zero))
        server.settle()
        server.say(
            .refused(RefusalNotice(Refusal(.busy, retryAfter: .milliseconds(70)))),
            request: server.lastRequest)
        #expect(server.machine.deadline == .milliseconds(70))
        _ = server.takeHeard()
        server.advance(to: .milliseconds(70))
        #expect(sends(server.heard) == [1])
    }

    @Test func `a send that cannot succeed is reported`() {
        let server = ScriptedServer()
        server.begin()
        #expect(server.machine.send(message(1), now: .zero))
        server.settle()
        let refusal = RefusalNotice(Refusal(.idReused))
        server.say(.refused(refusal), request: server.lastRequest)
        #expect(server.takeTold() == [.sendRefused(message(1).id, refusal)])
    }

    @Test func `a message greater than any frame is refused here`() {
        let server = ScriptedServer()
        server.begin()
        #expect(server.machine.send(message(1, size: 2_000_000), now: .zero))
        #expect(server.machine.send(message(2), now: .zero))
        server.settle()
        guard case .sendRefused(let id, let refusal)? = server.takeTold().first else {
            return #expect(Bool(false))
        }
        #expect(id.low == 1 && refusal.code == .tooLarge)
        #expect(sends(server.heard) == [2])
    }

    @Test func `nothing new is sent to a server that drains`() {
        let server = ScriptedServer()
        server.begin()
        server.say(.draining(reconnectAfter: .milliseconds(10)))
        #expect(server.machine.send(message(1), now: .zero))
        server.settle()
        #expect(sends(server.heard) == [])
        server.say(.disconnect(Disconnection(.draining)))
        server.advanceToDeadline()
        server.letIn()
        #expect(sends(server.heard) == [1])
    }

    @Test func `sends wait while what was written has not left`() {
        let server = ScriptedServer()
        server.begin()
        #expect(server.machine.send(message(1), now: .zero))
        server.settle()
        server.machine.congested()
        #expect(server.machine.send(message(2), now: .zero))
        server.say(.sent(receipt(1)), request: server.lastRequest)
        #expect(sends(server.heard) == [1])
        server.machine.drained(now: .zero)
        server.settle()
        #expect(sends(server.heard) == [1, 2])
        // The next connection has nothing of this one's waiting.
        server.machine.congested()
        server.cut()
        _ = server.takeHeard()
        server.advanceToDeadline()
        server.letIn()
        #expect(sends(server.heard) == [2])
    }

    @Test func `a room that one is added to is told`() {
        let server = ScriptedServer()
        server.begin()
        server.say(.room(summary))
        #expect(server.takeTold() == [.added(summary)])
    }
}
