import Chat
import Client
import Native
import Security
import Wire

/// The conversation of `chat`: what is typed goes out, what is said comes in. Command's thread only.
struct ChatReader: NewsReader {
    /// Events shown of a room when it is entered.
    static let recent: UInt64 = 20
    /// Rooms or members listed at most, however many pages they come in.
    static let longestList = 20_000
    /// Of what is asked without having been typed.
    private static let ownTag: UInt64 = 0
    static let namesTag = UInt64.max

    /// What was typed, and what follows of it.
    struct Line {
        let input: ChatInput
        let text: String
        let number: UInt64
        let cost: Int
    }

    /// What a request was asked for, and by which line.
    struct Question {
        enum Kind {
            case rooms(listed: Int)
            case members(RoomID, listed: Int)
            case entering
            case leaving(RoomTicket, name: String)
            case telling(String)
            case sessions
            case factor
            case key
            case invite
            case searching(SearchWish)
            case found
            case blocking(String)
            case blocked(String)
            case blocks
            case details
            case presence(Presence)
        }

        let kind: Kind
        let line: Line
    }

    let endpoint: Endpoint?
    /// Which identity the server has proved.
    private(set) var fingerprint: Fingerprint?
    let credit = LineCredit()
    let isInteractive = StandardStream.input.isTerminal && StandardStream.output.isTerminal
    var rooms: [RoomTicket: RoomSummary] = [:]
    var current: RoomTicket?
    var latest: [RoomTicket: LatestMessages] = [:]
    /// What they say is not shown.
    private(set) var blocked: Set<PersonID> = []
    /// What was told before it was known whom the person has blocked; `nil` from then on.
    private var untold: [(RoomTicket, HistoryEvent)]? = []
    private(set) var ownID: PersonID?
    var names = PeopleNames()
    /// Lists of members that are under way, for their names.
    var namesAsked = 0
    /// By room, as the server said last.
    var positions: [RoomID: ReadPosition] = [:]
    /// Of rooms that were listed or open once.
    var roomNames: [RoomID: String] = [:]
    var showsTyping = false
    var showsNumbers = false
    /// Rooms on their way, by the names they were asked for.
    private var wanted: [RoomTicket: String] = [:]
    /// Left by one's own wish: their end is no news.
    var left: Set<RoomTicket> = []
    /// Typed while a room or an answer was still on its way: what is typed is carried out in order.
    var early: [Line] = []
    var isGoingOn = false
    /// Those among the lines without an outcome that are messages.
    var messages: Set<UInt64> = []
    var lines: UInt64 = 0
    var opening = 0
    var questions: [UInt64: Question] = [:]
    private var tickets: [RequestTicket: UInt64] = [:]
    private var nextTag: UInt64 = 1
    /// As they were listed last: what is typed names them by their place.
    var sessions: [SessionSummary] = []
    /// What was said and has no outcome yet: the lines' costs by their numbers.
    var costs: [UInt64: Int] = [:]
    private var numbers: [SendID: UInt64] = [:]
    /// Refused before it was known which line they are.
    private var refused: [SendID: RefusalNotice] = [:]
    /// What `/search` shows.
    var found = FoundLines()
    private var isReading = false
    var hasEndedInput = false
    var isQuitting = false
    var output: [UInt8] = []
    private(set) var result: ClientExit?

    /// - Parameter endpoint: where the server is, for the links that are made.
    init(host: ClientHost, room: String?, endpoint: Endpoint?) {
        self.endpoint = endpoint
        if let room {
            host.open(.name(room), from: .recent(Self.recent), joins: true)
            opening = 1
        }
    }

    /// Not before the login: until then the terminal belongs to the question whether the server is the right
    /// one, and two readers would share its keys.
    private mutating func startReading(_ server: VerifiedServer, _ host: ClientHost) {
        guard !isReading else { return }
        isReading = true
        do {
            try Console.readLines(longest: server.offer.limits.body, credit: credit) { host.post($0) }
        } catch {
            fail("standard input cannot be read: \(error)")
            hasEndedInput = true
        }
    }

    mutating func read(_ news: ClientNews, host: ClientHost) {
        switch news {
        case .told(let action):
            if case .ready(_, let server) = action { startReading(server, host) }
            told(action, host)
        case .input(.line(let line)): typed(line, host)
        case .input(.end):
            hasEndedInput = true
            leaveWhenDone(host)
        case .input(.unreadable(let error)):
            fail("standard input cannot be read: \(error)")
            hasEndedInput = true
            leaveWhenDone(host)
        case .opening(.name(let name), let ticket): wanted[ticket] = name
        case .sending(let send?, let number):
            guard let refusal = refused.removeValue(forKey: send) else {
                numbers[send] = number
                return
            }
            notSent(number, refusal.text, host)
        case .sending(nil, let number): notSent(number, "too many messages wait", host)
        case .asking(let ticket?, let tag): tickets[ticket] = tag
        case .asking(nil, Self.namesTag): learnedNames(nil, host)
        case .asking(nil, let tag):
            fail("too many requests wait", questions.removeValue(forKey: tag)?.line)
            goOn(host)
        case .opening, .mustJudge: break
        }
    }

    mutating func batchEnded() {
        guard !output.isEmpty else { return }
        Console.write(output)
        output = []
    }

    mutating func append(_ bytes: [UInt8]) { output += bytes }

    mutating func show(_ text: String) { output += Array("-- \(HarmlessText.of(text))\n".utf8) }

    /// Says what could not be done. A person sees it; a script learns it from the exit code, at the end.
    mutating func fail(_ reason: String, _ line: Line? = nil) {
        let what = line.map { if case .say = $0.input { "not sent" } else { $0.text } }
        complain([isInteractive ? nil : line.map { "line \($0.number)" }, what, reason])
    }

    mutating func complain(_ parts: [String?]) {
        let text = parts.compactMap { $0 }.joined(separator: ": ")
        show(text)
        if !isInteractive { result = result ?? ClientExit(.failed, "not everything was done: \(text)") }
    }

    private mutating func told(_ action: ClientAction, _ host: ClientHost) {
        switch action {
        case .ready(let login, let server):
            fingerprint = Fingerprint(server.fingerprint)
            ownID = login.person.id
            host.perform(.listBlocks, tag: Self.ownTag)
            show("\(login.person.name) at \(server.offer.serverName)")
            if opening == 0, rooms.isEmpty {
                show("/join ROOM goes to a room, /rooms lists them, /help lists all")
            }
        case .opened(let ticket, let summary): entered(ticket, summary, host)
        case .event(let ticket, let event):
            noteRead(event, host)
            heard(ticket, event)
        case .position(let position): learned(position)
        case .typing(let room, let person): told(typing: person, in: room)
        case .forget(let ticket, let after):
            // Their numbers are other messages' now.
            latest[ticket] = nil
            show("\(rooms[ticket]?.name ?? ""): the server's history has changed after message \(after)")
        case .roomEnded(let ticket, let end): ended(ticket, end, host)
        case .acknowledged(let receipt):
            guard let number = numbers.removeValue(forKey: receipt.send) else { break }
            if messages.contains(number), let room = rooms.first(where: { $0.value.id == receipt.room }) {
                latest[room.key, default: LatestMessages()].add(receipt.sequence, isOwn: true)
            }
            settle(number, host)
        case .sendRefused(let send, let refusal):
            guard let number = numbers.removeValue(forKey: send) else {
                refused[send] = refusal
                return
            }
            notSent(number, refusal.text, host)
        case .answered(let ticket, let message): answered(ticket, message, host)
        case .unanswered(let ticket):
            let tag = tickets.removeValue(forKey: ticket)
            // It is asked again with the next login.
            guard tag != Self.ownTag else { break }
            if tag == Self.namesTag { return learnedNames(nil, host) }
            let question = tag.flatMap { questions.removeValue(forKey: $0) }
            fail("the connection was lost before the server answered; ask again", question?.line)
            goOn(host)
        case .added(let summary):
            // Not what one has just made or opened oneself.
            guard questions.isEmpty else { break }
            let way = summary.kind == .direct ? "/msg" : "/join"
            let what = summary.isInvited ? "you are invited into" : "you are now in"
            show("\(what) \(Self.label(summary)): \(way) \(summary.name)")
        case .connect, .write, .close, .judge, .providers, .askCode, .offline, .caughtUp, .presence, .ended:
            break
        }
    }
}

// MARK: - Rooms

extension ChatReader {
    private mutating func entered(_ ticket: RoomTicket, _ summary: RoomSummary, _ host: ClientHost) {
        opening -= 1
        wanted[ticket] = nil
        rooms[ticket] = summary
        roomNames[summary.id] = Self.label(summary)
        positions[summary.id] = nil
        current = ticket
        askNames(of: summary.id, host)
        let topic = summary.topic.isEmpty ? "" : ": \(summary.topic)"
        show("\(Self.label(summary)), \(Self.members(summary))\(topic)")
        goOn(host)
    }

    private mutating func heard(_ ticket: RoomTicket, _ event: HistoryEvent) {
        guard untold == nil else {
            untold?.append((ticket, event))
            return
        }
        guard !blocked.contains(event.event.author) else { return }
        let room = rooms[ticket].map(Self.label) ?? ""
        let words = EventText(event, room: room)
        if words.isMessage {
            latest[ticket, default: LatestMessages()].add(
                event.event.sequence, isOwn: event.event.author == ownID)
        }
        let text = words.text(isNumbered: showsNumbers, reader: ownID)
        output += Array((rooms.count > 1 ? "[\(HarmlessText.of(room))] \(text)" : text).utf8)
    }

    /// Whom the person has blocked; a key that may not ask knows of nobody.
    private mutating func learned(_ message: ServerMessage) {
        switch message {
        case .blockList(let people): blocked = Set(people.map(\.id))
        case .refused(let refusal) where refusal.mayRetry:
            show("whom you have blocked is not known now, and shown until you type /blocks: \(refusal.text)")
        default: break
        }
        let early = untold ?? []
        untold = nil
        for (ticket, event) in early { heard(ticket, event) }
    }

    private mutating func ended(_ ticket: RoomTicket, _ end: RoomEnd, _ host: ClientHost) {
        let name = rooms.removeValue(forKey: ticket).map(Self.label)
        let asked = wanted.removeValue(forKey: ticket)
        if name == nil { opening -= 1 }
        switch end {
        case .refused(let refusal): complain([name ?? asked, refusal.text])
        case .unsubscribed:
            if !left.contains(ticket) { show("you are no longer in \(name ?? asked ?? "this room")") }
        case .broken(let fault): complain([name ?? asked, "the server contradicts itself: \(fault)"])
        }
        // No other room takes its place: what is typed next must not reach people it was not meant for.
        if current == ticket { current = nil }
        goOn(host)
    }
}

// MARK: - Asking

extension ChatReader {
    mutating func ask(_ request: Request, _ kind: Question.Kind, _ line: Line, _ host: ClientHost) {
        questions[nextTag] = Question(kind: kind, line: line)
        host.perform(request, tag: nextTag)
        nextTag += 1
    }

    mutating func askRooms(after last: RoomID?, listed: Int, _ line: Line, _ host: ClientHost) {
        ask(.listRooms(includePublic: true, after: last), .rooms(listed: listed), line, host)
    }

    mutating func askMembers(
        of room: RoomID, after last: PersonID?, listed: Int, _ line: Line, _ host: ClientHost
    ) {
        ask(.listMembers(.id(room), after: last), .members(room, listed: listed), line, host)
    }

    private mutating func answered(_ ticket: RequestTicket, _ message: ServerMessage, _ host: ClientHost) {
        guard let tag = tickets.removeValue(forKey: ticket) else { return }
        if tag == Self.ownTag { return learned(message) }
        if tag == Self.namesTag { return learnedNames(message, host) }
        guard let question = questions.removeValue(forKey: tag) else { return }
        if case .refused(let refusal) = message {
            if case .leaving(let room, _) = question.kind { left.remove(room) }
            // What was to be said to one person is not said to a whole room.
            if case .direct = question.line.input { current = nil }
            fail(refusal.text, question.line)
            return goOn(host)
        }
        switch (question.kind, message) {
        case (.rooms(let listed), .roomList(let list, let more)):
            show(list, more: more, after: listed, question.line, host)
        case (.members(let room, let listed), .memberList(let list, let more)):
            show(list, of: room, more: more, after: listed, question.line, host)
        case (.entering, .room(let room)):
            opening += 1
            host.open(.id(room.id), from: .recent(Self.recent))
        case (.leaving(let room, let name), .room), (.leaving(let room, let name), .done):
            show("you left \(name)")
            if current == room { current = nil }
        case (.telling(let text), .done), (.telling(let text), .room): show(text)
        case (.blocking(let text), .done): return ask(.listBlocks, .blocked(text), question.line, host)
        case (.blocked(let text), .blockList(let people)):
            blocked = Set(people.map(\.id))
            show(text)
        case (.details, .roomDetails(let details)): show(details)
        case (.presence(let presence), .done): show("others see you \(presence.name)")
        case (.blocks, .blockList(let people)):
            blocked = Set(people.map(\.id))
            show(blocked: people)
        case (.sessions, .sessionList(let list)): show(list)
        case (.factor, .factorOffer(let offer)): show(offer)
        case (.key, .keyMade(let key)): show(key)
        case (.factor, .recoveryCodes(let codes)): show(recoveryCodes: codes)
        case (.invite, .inviteMade(let invite)): show(invite)
        case (.searching(let wish), .roomList(let list, let more)):
            answered(wish, list, more: more, question.line, host)
        case (.found, .searchResults(let page)): show(page)
        default:
            fail("the server's answer is none to this request", question.line)
        }
        goOn(host)
    }
}
