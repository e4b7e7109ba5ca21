import ArgumentParser
import Chat
import Client
import Wire

/// `securechat tail`: every durable event of a room, in order, without a gap.
struct TailCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Print every durable event of a room, from a point on, and then those that come.",
        discussion: """
            Joins a public room if need be. Goes on for ever without --count or --no-follow. A line of JSON \
            has type, room, seq, id, from, at (RFC 3339) and body; the body of a message that is no text is \
            null, and content_type and data follow, its bytes in Base64.
            """)

    @OptionGroup var connection: ConnectionOptions

    @Option(help: ArgumentHelp("The room's name.", valueName: "name"))
    var room: String

    @Option(help: ArgumentHelp("Begin after this sequence; 0 for the room's first event.", valueName: "n"))
    var since: UInt64 = 0

    @Option(help: ArgumentHelp("End after so many messages.", valueName: "n"))
    var count: UInt64?

    @Flag(inversion: .prefixedNo, help: "Go on with what comes after the last stored event.")
    var follow = true

    @Flag(help: "Print a line of JSON for each event.")
    var json = false

    func run() throws {
        try Conversation.run(connection) { host in
            host.open(.name(room), from: .after(since), joins: true)
            return TailReader(name: room, count: count, follows: follow, printsJSON: json)
        }
    }
}

/// Prints until enough was printed. Command's thread only.
private struct TailReader: NewsReader {
    let count: UInt64?
    let follows: Bool
    let printsJSON: Bool
    private var name: String
    private var messages: UInt64 = 0
    private var hasEnded = false
    private var output: [UInt8] = []
    private(set) var result: ClientExit?

    init(name: String, count: UInt64?, follows: Bool, printsJSON: Bool) {
        self.name = name
        self.count = count
        self.follows = follows
        self.printsJSON = printsJSON
    }

    mutating func read(_ news: ClientNews, host: ClientHost) {
        guard !hasEnded else { return }
        switch news {
        case .told(.opened(_, let summary)):
            name = summary.name
            if count == 0 { end(host) }
        case .told(.event(_, let event)): show(EventText(event, room: name), host)
        case .told(.caughtUp): if !follows { end(host) }
        case .told(.forget(_, let after)):
            Console.complain("the server's history has changed: what was printed after \(after) is void")
        case .told(.roomEnded(_, let reason)):
            result = ClientExit(.failed, "\(name): \(Self.text(of: reason))")
            end(host)
        case .told, .opening, .sending, .asking, .mustJudge, .input: break
        }
    }

    mutating func batchEnded() {
        guard !output.isEmpty else { return }
        Console.write(output)
        output = []
    }

    private mutating func show(_ event: EventText, _ host: ClientHost) {
        output += printsJSON ? event.json : Array(event.text.utf8)
        guard event.isMessage else { return }
        messages += 1
        if messages == count { end(host) }
    }

    private mutating func end(_ host: ClientHost) {
        hasEnded = true
        host.leave()
    }

    private static func text(of reason: RoomEnd) -> String {
        switch reason {
        case .refused(let refusal): refusal.text
        case .unsubscribed: "you are no longer a member"
        case .broken(let fault): "the server contradicts itself: \(fault)"
        }
    }
}
