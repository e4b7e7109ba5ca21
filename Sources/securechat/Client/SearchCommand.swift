import ArgumentParser
import Chat
import Client
import Native
import Wire

/// `securechat search`: messages of one's own rooms, the newest first.
struct SearchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Find messages in your rooms, the newest first.",
        discussion: """
            All words must be found: parts of words from three letters on, shorter ones at a word's \
            beginning, in any script, whatever their case and accents. A line of JSON is one of \
            `tail --json`; of a message that was edited it has what it says now, and `edit`.
            """)

    @OptionGroup var connection: ConnectionOptions

    @Option(help: ArgumentHelp("Only in this room.", valueName: "name"))
    var room: String?

    @Option(help: ArgumentHelp("Only by this person.", valueName: "name"))
    var from: String?

    @Option(help: ArgumentHelp("Not before: \(Timestamp.typedForms).", valueName: "date"))
    var since: String?

    @Option(help: ArgumentHelp("Only before.", valueName: "date"))
    var until: String?

    @Option(help: ArgumentHelp("So many messages at most.", valueName: "n"))
    var count = 50

    @Flag(help: "Print a line of JSON for each message.")
    var json = false

    @Argument(help: "What must be found.")
    var words: [String]

    func validate() throws {
        if count < 1 { throw ValidationError("--count is at least 1.") }
        _ = try moment(since, "--since")
        _ = try moment(until, "--until")
    }

    func run() throws {
        var wish = SearchWish()
        (wish.words, wish.room, wish.author) = (words, room, from)
        wish.since = try moment(since, "--since")
        wish.until = try moment(until, "--until")
        let (count, json) = (count, json)
        try Conversation.run(connection) { host in
            let reader = SearchReader(wish: wish, count: count, printsJSON: json)
            reader.askRooms(after: nil, host)
            return reader
        }
    }

    private func moment(_ text: String?, _ option: String) throws -> Timestamp? {
        guard let text else { return nil }
        let now = Timestamp(milliseconds: WallClock.milliseconds())
        guard let moment = Timestamp(typed: text, now: now) else {
            throw ValidationError("\(option) is \(Timestamp.typedForms).")
        }
        return moment
    }
}

/// Asks for the rooms' names, then page after page. Command's thread only.
private struct SearchReader: NewsReader {
    let wish: SearchWish
    let count: Int
    let printsJSON: Bool
    private var lines = FoundLines()
    private var found = 0
    private var isBehind = false
    private var output: [UInt8] = []
    private(set) var result: ClientExit?

    init(wish: SearchWish, count: Int, printsJSON: Bool) {
        self.wish = wish
        self.count = count
        self.printsJSON = printsJSON
    }

    func askRooms(after last: RoomID?, _ host: ClientHost) {
        host.perform(.listRooms(includePublic: false, after: last))
    }

    mutating func read(_ news: ClientNews, host: ClientHost) {
        switch news {
        case .told(.answered(_, let message)): answered(message, host)
        case .told(.unanswered): end("the connection was lost before the server answered", host)
        case .told, .opening, .sending, .asking, .mustJudge, .input: break
        }
    }

    mutating func batchEnded() {
        guard !output.isEmpty else { return }
        Console.write(output)
        output = []
    }

    private mutating func answered(_ message: ServerMessage, _ host: ClientHost) {
        switch message {
        case .roomList(let rooms, let more):
            lines.learn(rooms)
            if more, let last = rooms.last { return askRooms(after: last.id, host) }
            ask(after: nil, host)
        case .searchResults(let page):
            for message in page.found.prefix(count - found) {
                output += lines.line(of: message, asJSON: printsJSON)
            }
            found += min(page.found.count, count - found)
            isBehind = isBehind || page.isBehind
            if let next = page.next, found < count { return ask(after: next, host) }
            if isBehind { Console.complain("the server's index is behind: there may be more, later") }
            host.leave()
        case .refused(let refusal): end(refusal.text, host)
        default: end("the server's answer is none to this request", host)
        }
    }

    private func ask(after cursor: SearchPlace?, _ host: ClientHost) {
        host.perform(wish.request(after: cursor, max: count - found))
    }

    private mutating func end(_ reason: String, _ host: ClientHost) {
        result = ClientExit(.failed, reason)
        host.leave()
    }
}
