import ArgumentParser
import Client
import Native

/// `securechat chat`: talk in rooms from a terminal, or from a script that writes lines.
struct ChatCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat", abstract: "Talk, in a terminal.",
        discussion: "What you type goes to the current room; /help lists what else you can type.")

    @OptionGroup var connection: ConnectionOptions

    @Option(help: ArgumentHelp("The room to begin in; a public one is joined.", valueName: "name"))
    var room: String?

    func run() throws {
        let endpoint = try connection.endpoint()
        try Conversation.run(connection) { ChatReader(host: $0, room: room, endpoint: endpoint) }
    }
}
