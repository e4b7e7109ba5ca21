import ArgumentParser
import Chat
import Client
import Native
import Wire

/// `securechat send`: one message, or one a line of standard input; ends when all are acknowledged.
struct SendCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send", abstract: "Send to a room: a text, or a message a line from standard input.",
        discussion: """
            Joins a public room if need be. Ends when every message is stored on the server's disk. Blank \
            lines of standard input are skipped; a line that is refused is named by its number, and the \
            others go on.
            """)

    @OptionGroup var connection: ConnectionOptions

    @Option(help: ArgumentHelp("The room's name.", valueName: "name"))
    var room: String

    @Flag(help: "Print a line of JSON for each message that is stored.")
    var json = false

    @Argument(help: "The message; - or nothing reads standard input, a message a line.")
    var text: String?

    func run() throws {
        try Conversation.run(connection) { host in
            host.open(.name(room), from: .recent(0), joins: true, follows: false)
            return SendReader(room: room, text: text == "-" ? nil : text, printsJSON: json)
        }
    }
}

/// Sends, and waits for every acknowledgement. Command's thread only.
private struct SendReader: NewsReader {
    let room: String
    let text: String?
    let printsJSON: Bool
    private let credit = LineCredit()
    private var id: RoomID?
    private var longest = Limits.standard.bodyBytes
    /// Counts all lines of the input, as an editor does.
    private var lines: UInt64 = 0
    /// What the lines cost that have no outcome yet, by their numbers.
    private var costs: [UInt64: Int] = [:]
    private var numbers: [SendID: UInt64] = [:]
    /// Refused before it was known which line they are.
    private var refused: [SendID: RefusalNotice] = [:]
    private var hasEndedInput = false
    private var output: [UInt8] = []
    private(set) var result: ClientExit?

    init(room: String, text: String?, printsJSON: Bool) {
        self.room = room
        self.text = text
        self.printsJSON = printsJSON
    }

    mutating func read(_ news: ClientNews, host: ClientHost) {
        switch news {
        case .told(.ready(_, let server)): longest = server.offer.limits.body
        case .told(.opened(_, let summary)):
            id = summary.id
            begin(host)
        case .told(.roomEnded(_, .refused(let refusal))):
            fail("\(room): \(refusal.text)")
            host.leave()
        case .input(let input): typed(input, host)
        case .told(.acknowledged(let receipt)):
            note(receipt)
            if let number = numbers.removeValue(forKey: receipt.send) { settle(number, host) }
        case .told(.sendRefused(let send, let refusal)):
            guard let number = numbers.removeValue(forKey: send) else {
                refused[send] = refusal
                return
            }
            refuse(number, refusal, host)
        case .sending(let send?, let number):
            guard let refusal = refused.removeValue(forKey: send) else {
                numbers[send] = number
                return
            }
            refuse(number, refusal, host)
        case .sending(nil, let number):
            fail("\(subject(number)) was not taken: too many wait")
            settle(number, host)
        case .told, .opening, .asking, .mustJudge: break
        }
    }

    mutating func batchEnded() {
        guard !output.isEmpty else { return }
        Console.write(output)
        output = []
    }

    private mutating func begin(_ host: ClientHost) {
        if let text {
            send(.whole(Array(text.utf8)), host)
            hasEndedInput = true
            return leaveWhenDone(host)
        }
        do {
            try Console.readLines(longest: longest, credit: credit) { host.post($0) }
        } catch {
            fail("standard input cannot be read: \(error)")
            host.leave()
        }
    }

    private mutating func typed(_ input: TypedInput, _ host: ClientHost) {
        switch input {
        case .line(.whole(let line)) where Self.isBlank(line):
            lines += 1
            credit.give(LineCredit.cost(.whole(line)))
        case .line(let line): send(line, host)
        case .end:
            hasEndedInput = true
            leaveWhenDone(host)
        case .unreadable(let error):
            fail("standard input cannot be read: \(error)")
            hasEndedInput = true
            leaveWhenDone(host)
        }
    }

    private static func isBlank(_ line: [UInt8]) -> Bool {
        line.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r") }
    }

    private mutating func send(_ line: LineSplitter.Line, _ host: ClientHost) {
        guard let id else { return }
        lines += 1
        costs[lines] = LineCredit.cost(line)
        guard case .whole(let bytes) = line else {
            fail("\(subject(lines)) is longer than any message: not sent")
            return settle(lines, host)
        }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            fail("\(subject(lines)) is not UTF-8: not sent")
            return settle(lines, host)
        }
        guard !PlainText.hasControl(bytes.span, allowingLines: true) else {
            fail("\(subject(lines)) has control characters, and only newline and tab are text: not sent")
            return settle(lines, host)
        }
        host.send(MessageBody(bytes: bytes), to: id, tag: lines)
    }

    private func subject(_ number: UInt64) -> String { text == nil ? "line \(number)" : "the message" }

    private mutating func refuse(_ number: UInt64, _ refusal: RefusalNotice, _ host: ClientHost) {
        fail("\(subject(number)) was refused: \(refusal.text)")
        settle(number, host)
    }

    private mutating func settle(_ number: UInt64, _ host: ClientHost) {
        credit.give(costs.removeValue(forKey: number) ?? 0)
        leaveWhenDone(host)
    }

    private func leaveWhenDone(_ host: ClientHost) {
        if hasEndedInput, costs.isEmpty { host.leave() }
    }

    private mutating func note(_ receipt: SendReceipt) {
        guard printsJSON else { return }
        var line = JSONLine()
        line.member("client_id", receipt.send.description)
        line.member("room", room)
        line.member("seq", receipt.sequence)
        line.member("id", receipt.event.description)
        output += line.line
    }

    /// Each is said; together they decide the exit.
    private mutating func fail(_ text: String) {
        Console.complain(text)
        result = ClientExit(.failed, "not everything was sent")
    }
}
