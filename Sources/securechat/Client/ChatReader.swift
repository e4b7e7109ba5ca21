import Chat
import Client
import Native
import Wire

/// The conversation of `chat`: what is typed goes out, what is said comes in. Command's thread only.
struct ChatReader: NewsReader {
    /// Lines of a script that are taken before the first is acknowledged.
    private static let most = 1_024
    /// Events shown of a room when it is entered.
    private static let recent: UInt64 = 20

    /// What a request was asked for.
    private enum Question {
        case rooms
        case members
        case entering
        case telling(String)
    }

    private let credit = Native.Semaphore()
    private let isInteractive = StandardStream.input.isTerminal && StandardStream.output.isTerminal
    private var rooms: [RoomTicket: RoomSummary] = [:]
    private var current: RoomTicket?
    /// Typed while a room or an answer was still on its way: what is typed is carried out in order.
    private var early: [ChatInput] = []
    private var opening = 0
    private var questions: [UInt64: Question] = [:]
    private var tickets: [RequestTicket: UInt64] = [:]
    private var nextTag: UInt64 = 1
    private var outstanding = 0
    private var isReading = false
    private var hasEndedInput = false
    private var isQuitting = false
    private var output: [UInt8] = []
    private(set) var result: ClientExit?

    init(host: ClientHost, room: String?) {
        if let room {
            host.open(.name(room), from: .recent(Self.recent), joins: true)
            opening = 1
        }
        for _ in 0..<Self.most { credit.signal() }
    }

    /// Not before the login: until then the terminal belongs to the question whether the server is the right
    /// one, and two readers would share its keys.
    private mutating func startReading(_ host: ClientHost) {
        guard !isReading else { return }
        isReading = true
        do {
            try Console.readLines(credit: credit) { host.post(input: $0) }
        } catch {
            show("standard input cannot be read: \(error)")
            hasEndedInput = true
        }
    }

    mutating func read(_ news: ClientNews, host: ClientHost) {
        switch news {
        case .told(let action):
            if case .ready = action { startReading(host) }
            told(action, host)
        case .input(let line?): typed(line, host)
        case .input(nil):
            hasEndedInput = true
            leaveWhenDone(host)
        case .sending(nil, _):
            show("not sent: too many messages wait")
            settle(host)
        case .asking(let ticket?, let tag): tickets[ticket] = tag
        case .asking(nil, let tag):
            questions[tag] = nil
            show("not asked: too many requests wait")
            goOn(host)
        case .sending, .opening, .mustJudge: break
        }
    }

    mutating func batchEnded() {
        guard !output.isEmpty else { return }
        Console.write(output)
        output = []
    }

    private mutating func show(_ text: String) { output += Array("-- \(HarmlessText.of(text))\n".utf8) }

    private mutating func told(_ action: ClientAction, _ host: ClientHost) {
        switch action {
        case .ready(let login, let server):
            show("\(login.person.name) at \(server.offer.serverName)")
            if opening == 0, rooms.isEmpty {
                show("/join ROOM goes to a room, /rooms lists them, /help lists all")
            }
        case .opened(let ticket, let summary): entered(ticket, summary, host)
        case .event(let ticket, let event): heard(ticket, event)
        case .forget(let ticket, let after):
            show("\(rooms[ticket]?.name ?? ""): the server's history has changed after message \(after)")
        case .roomEnded(let ticket, let end): ended(ticket, end, host)
        case .acknowledged: settle(host)
        case .sendRefused(_, let refusal):
            show("not sent: \(refusal.text)")
            result = ClientExit(.failed, "not everything was sent")
            settle(host)
        case .answered(let ticket, let message): answered(ticket, message, host)
        case .unanswered(let ticket):
            if let tag = tickets.removeValue(forKey: ticket) { questions[tag] = nil }
            show("the connection was lost before the server answered; ask again")
            goOn(host)
        case .added(let summary):
            // Not what one has just made or opened oneself.
            guard questions.isEmpty else { break }
            let way = summary.kind == .direct ? "/msg" : "/join"
            show("you are now in \(Self.label(summary)): \(way) \(summary.name)")
        case .connect, .write, .close, .judge, .offline, .caughtUp, .ended: break
        }
    }
}

// MARK: - Rooms

extension ChatReader {
    private mutating func entered(_ ticket: RoomTicket, _ summary: RoomSummary, _ host: ClientHost) {
        opening -= 1
        rooms[ticket] = summary
        current = ticket
        let topic = summary.topic.isEmpty ? "" : ": \(summary.topic)"
        show("\(Self.label(summary)), \(summary.members) members\(topic)")
        goOn(host)
    }

    private mutating func heard(_ ticket: RoomTicket, _ event: HistoryEvent) {
        let room = rooms[ticket].map(Self.label) ?? ""
        let text = EventText(event, room: room).text
        output += Array((rooms.count > 1 ? "[\(HarmlessText.of(room))] \(text)" : text).utf8)
    }

    private mutating func ended(_ ticket: RoomTicket, _ end: RoomEnd, _ host: ClientHost) {
        let name = rooms.removeValue(forKey: ticket).map(Self.label)
        if name == nil { opening -= 1 }
        switch end {
        case .refused(let refusal):
            show(refusal.text)
            if name == nil, !isInteractive { result = ClientExit(.failed, refusal.text) }
        case .unsubscribed: show("you are no longer in \(name ?? "this room")")
        case .broken(let fault): show("\(name ?? ""): the server contradicts itself: \(fault)")
        }
        // No other room takes its place: what is typed next must not reach people it was not meant for.
        if current == ticket { current = nil }
        goOn(host)
    }

    private static func label(_ room: RoomSummary) -> String {
        room.kind == .direct ? "@\(room.name)" : room.name
    }
}

// MARK: - Typing

extension ChatReader {
    private mutating func typed(_ bytes: [UInt8], _ host: ClientHost) {
        let line = bytes.last == UInt8(ascii: "\r") ? Array(bytes.dropLast()) : bytes
        guard let text = String(validating: line, as: UTF8.self) else {
            credit.signal()
            return show("not sent: this is not UTF-8")
        }
        let input = ChatInput(text)
        // What was typed is shown again as what was said.
        if isInteractive, case .say = input { output += Array("\u{1b}[1A\u{1b}[2K".utf8) }
        early.append(input)
        goOn(host)
    }

    /// Carries out what was typed, up to what must wait for an answer.
    private mutating func goOn(_ host: ClientHost) {
        while opening == 0, questions.isEmpty, !early.isEmpty {
            let input = early.removeFirst()
            if case .say(let words) = input {
                outstanding += 1
                say(words, host)
            } else {
                credit.signal()
                obey(input, host)
            }
        }
        leaveWhenDone(host)
    }

    private mutating func say(_ words: String, _ host: ClientHost) {
        guard let id = current.flatMap({ rooms[$0]?.id }) else {
            show("not sent: you are in no room; /join ROOM")
            if !isInteractive { result = ClientExit(.failed, "not everything was sent") }
            return settle(host)
        }
        host.send(MessageBody(text: words), to: id)
    }

    private mutating func obey(_ input: ChatInput, _ host: ClientHost) {
        let here = current.flatMap { rooms[$0] }
        switch input {
        case .say, .nothing: break
        case .help: output += Array(ChatInput.helpText.utf8)
        case .quit:
            // What was said is stored first; whoever asks twice does not wait for it.
            if isQuitting { host.leave() }
            isQuitting = true
        case .join(let room): go(to: room, host)
        case .rooms: ask(.listRooms(includePublic: true, after: nil), .rooms, host)
        case .create(let name, let isPrivate):
            ask(.command(.createRoom(name: name, kind: isPrivate ? .closed : .open)), .entering, host)
        case .direct(let name): ask(.command(.openDirect(with: .name(name))), .entering, host)
        case .members:
            guard let here else { return show("you are in no room") }
            ask(.listMembers(.id(here.id), after: nil), .members, host)
        case .add(let name):
            guard let here else { return show("you are in no room") }
            ask(
                .command(.addMember(.id(here.id), .name(name), .member)),
                .telling("\(name) is in \(here.name)"), host)
        case .leave:
            guard let here else { return show("you are in no room") }
            ask(.command(.leave(.id(here.id))), .telling("you left \(here.name)"), host)
        case .wrong(let reason): show(reason)
        }
    }

    private mutating func go(to name: String, _ host: ClientHost) {
        if let known = rooms.first(where: { $0.value.name == name || Self.label($0.value) == name }) {
            current = known.key
            return show("now in \(name)")
        }
        opening += 1
        host.open(.name(name), from: .recent(Self.recent), joins: true)
    }

    private mutating func ask(_ request: Request, _ question: Question, _ host: ClientHost) {
        questions[nextTag] = question
        host.perform(request, tag: nextTag)
        nextTag += 1
    }

    private mutating func answered(_ ticket: RequestTicket, _ message: ServerMessage, _ host: ClientHost) {
        guard let tag = tickets.removeValue(forKey: ticket), let question = questions.removeValue(forKey: tag)
        else {
            return
        }
        if case .refused(let refusal) = message { show(refusal.text) }
        switch (question, message) {
        case (.rooms, .roomList(let list, let more)):
            for room in list {
                let mark = room.role == nil ? "" : ", yours"
                show("\(Self.label(room)) (\(room.kind.name), \(room.members) members\(mark))")
            }
            if more { show("and more") }
            if list.isEmpty { show("there are no rooms; /create ROOM makes one") }
        case (.members, .memberList(let list, let more)):
            show(
                list.map { "\($0.person.name) (\($0.role.name))" }.joined(separator: ", ")
                    + (more ? " and more" : ""))
        case (.entering, .room(let room)):
            opening += 1
            host.open(.id(room.id), from: .recent(Self.recent))
        case (.telling(let text), .done), (.telling(let text), .room), (.telling(let text), .sent): show(text)
        case (.rooms, _), (.members, _), (.entering, _), (.telling, _): break
        }
        goOn(host)
    }

    private mutating func settle(_ host: ClientHost) {
        outstanding -= 1
        credit.signal()
        leaveWhenDone(host)
    }

    /// At the end of the input everything that was typed is carried out first.
    private func leaveWhenDone(_ host: ClientHost) {
        guard outstanding == 0, questions.isEmpty, opening == 0 else { return }
        if isQuitting || hasEndedInput && early.isEmpty { host.leave() }
    }
}
