import ArgumentParser
import Chat
import Client
import Native
import Wire

/// `securechat send`: one message, or one a line of standard input; ends when all are acknowledged.
struct SendCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send", abstract: "Send to a room: a text, or a message a line from standard input.",
        discussion: "Joins a public room if need be. Ends when every message is stored on the server's disk.")

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
    /// Messages without an outcome; fewer than the client keeps.
    private static let most = 2_048

    let room: String
    let text: String?
    let printsJSON: Bool
    private let credit = Native.Semaphore()
    private var id: RoomID?
    private var outstanding = 0
    private var lines: UInt64 = 0
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
        case .told(.opened(_, let summary)):
            id = summary.id
            begin(host)
        case .told(.roomEnded(_, .refused(let refusal))):
            fail("\(room): \(refusal.text)")
            host.leave()
        case .input(let line?): send(line, host)
        case .input(nil):
            hasEndedInput = true
            leaveWhenDone(host)
        case .told(.acknowledged(let receipt)):
            note(receipt)
            settle(host)
        case .told(.sendRefused(let send, let refusal)):
            fail("message \(send) was refused: \(refusal.text)")
            settle(host)
        case .sending(nil, let tag):
            fail("message \(tag) was not taken: too many wait")
            settle(host)
        case .told, .opening, .sending, .asking, .mustJudge: break
        }
    }

    mutating func batchEnded() {
        guard !output.isEmpty else { return }
        Console.write(output)
        output = []
    }

    private mutating func begin(_ host: ClientHost) {
        if let text {
            send(Array(text.utf8), host)
            hasEndedInput = true
            return leaveWhenDone(host)
        }
        for _ in 0..<Self.most { credit.signal() }
        do {
            try Console.readLines(credit: credit) { host.post(input: $0) }
        } catch {
            fail("standard input cannot be read: \(error)")
            host.leave()
        }
    }

    private mutating func send(_ line: [UInt8], _ host: ClientHost) {
        guard let id else { return }
        lines += 1
        outstanding += 1
        guard String(validating: line, as: UTF8.self) != nil else {
            fail("message \(lines) is not UTF-8: not sent")
            return settle(host)
        }
        host.send(MessageBody(bytes: line), to: id, tag: lines)
    }

    private mutating func settle(_ host: ClientHost) {
        outstanding -= 1
        credit.signal()
        leaveWhenDone(host)
    }

    private func leaveWhenDone(_ host: ClientHost) {
        if hasEndedInput, outstanding == 0 { host.leave() }
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

    /// The first failure decides the exit; each is said.
    private mutating func fail(_ text: String) {
        Console.complain(text)
        result = result ?? ClientExit(.failed, "not everything was sent")
    }
}
