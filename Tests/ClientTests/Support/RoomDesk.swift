import Chat
import Client
import Testing
import Wire

/// The rooms of a scripted server, honestly kept: what it was asked waits until the test has it answered, in
/// any order, and `subscribed` is what the server would know.
final class RoomDesk {
    struct Asked {
        let request: Request
        let number: UInt64
    }

    let server = ScriptedServer()
    private let histories: [RoomID: SampleHistory]
    private let names: [String: RoomID]
    private(set) var waiting: [Asked] = []
    private(set) var subscribed: Set<RoomID> = []

    /// - Parameter names: which room each name means; a room may have several, that differ in case.
    init(names: [String: RoomID]) {
        self.names = names
        histories = Dictionary(
            Set(names.values).map { ($0, SampleHistory(room: $0, count: 2)) },
            uniquingKeysWith: { one, _ in one })
        server.begin()
    }

    var machine: ClientMachine { server.machine }

    func summary(of room: RoomID) -> RoomSummary {
        RoomSummary(id: room, kind: .open, name: "room \(room.low)", role: .member)
    }

    /// The rooms whose subscription the client has asked for or to end, and has no answer yet.
    var underWay: [RoomID] {
        waiting.compactMap {
            switch $0.request {
            case .subscribe(let subscribe): room(of: subscribe.room)
            case .unsubscribe(let room): room
            default: nil
            }
        }
    }

    // MARK: the user

    func open(_ room: RoomReference, follows: Bool = true) -> RoomTicket {
        let ticket = machine.open(room, from: .after(0), follows: follows, now: server.now)
        listen()
        return ticket
    }

    func close(_ ticket: RoomTicket) {
        machine.close(ticket, now: server.now)
        listen()
    }

    // MARK: the server

    /// Answers what has waited longest, or what waits at that place.
    func answer(at place: Int = 0) {
        let asked = waiting.remove(at: place)
        say(answer(to: asked.request), asked.number)
    }

    func answerAll() { while !waiting.isEmpty { answer() } }

    func refuse(at place: Int = 0, _ refusal: Refusal) {
        say(.refused(RefusalNotice(refusal)), waiting.remove(at: place).number)
    }

    /// Takes the person out of the room; he may come back.
    func remove(from room: RoomID) {
        if subscribed.remove(room) != nil { say(.unsubscribed(room), 0) }
    }

    func cutAndLetIn() {
        waiting = []
        subscribed = []
        server.cut()
        server.advanceToDeadline()
        server.letIn()
        listen()
    }

    func advance(to moment: Duration) {
        server.advance(to: moment)
        listen()
    }

    private func say(_ message: ServerMessage, _ request: UInt64) {
        server.say(message, request: request)
        listen()
    }

    private func listen() {
        server.settle()
        for heard in server.takeHeard() {
            switch heard.message {
            case .request(.ping): server.say(.pong(ScriptedServer.wallClock), request: heard.request)
            case .request(let request): waiting.append(Asked(request: request, number: heard.request))
            default: continue
            }
        }
    }

    private func room(of reference: RoomReference) -> RoomID? {
        switch reference {
        case .id(let id): id
        case .name(let name): names[name]
        }
    }

    private func answer(to request: Request) -> ServerMessage {
        switch request {
        case .subscribe(let subscribe):
            guard let id = room(of: subscribe.room), let history = histories[id] else {
                return .refused(RefusalNotice(Refusal(.unknownRoom)))
            }
            guard subscribed.insert(id).inserted else {
                return .refused(RefusalNotice(Refusal(.alreadySubscribed)))
            }
            let common = subscribe.held.first ?? .empty
            return .subscribed(Subscription(room: summary(of: id), head: history.head, common: common))
        case .unsubscribe(let id):
            return subscribed.remove(id) == nil ? .refused(RefusalNotice(Refusal(.notSubscribed))) : .done
        case .readHistory(let read):
            guard subscribed.contains(read.room), let history = histories[read.room] else {
                return .refused(RefusalNotice(Refusal(.notSubscribed)))
            }
            let page = history.page(Int(read.after) + 1...history.events.count)
            return .historyPage(HistoryPage(room: read.room, events: page, more: false))
        default: return .refused(RefusalNotice(Refusal(.unknownRequest)))
        }
    }
}
