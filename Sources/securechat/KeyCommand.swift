import ArgumentParser
import Server

/// `securechat key`: the identity key that clients pin, and how it changes.
struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Show or change the server's identity key.",
        subcommands: [Show.self, Rotate.self, Replace.self])

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the identity key's fingerprint and number.")
        @OptionGroup var server: ServerOptions
        @Flag(help: "Print JSON.") var json = false

        func run() throws { try KeyCommand.show(.showIdentity, of: server, json: json) }
    }

    struct Rotate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a new identity key that the present one vouches for; nobody has to do anything.",
            discussion: """
                Clients that pinned one of the last sixteen keys follow by themselves at their next \
                connection; who stayed away longer compares the new fingerprint. The old key is erased.
                """)
        @OptionGroup var server: ServerOptions
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            try KeyCommand.show(.changeIdentity(isCompromised: false), of: server, json: json)
        }
    }

    struct Replace: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "After a leak: make a new identity key that nothing vouches for.",
            discussion: """
                Every client refuses the server until its person has given the new fingerprint, told by \
                another way, with --fingerprint, or has opened a new link.
                """)
        @Flag(help: "The present key has leaked; everybody will be told the new fingerprint.")
        var compromised = false
        @OptionGroup var server: ServerOptions
        @Flag(help: "Print JSON.") var json = false

        func validate() throws {
            guard compromised else {
                throw ValidationError("Every client will refuse the server: say so with --compromised.")
            }
        }

        func run() throws {
            try KeyCommand.show(.changeIdentity(isCompromised: true), of: server, json: json)
        }
    }

    private static func show(
        _ request: ControlRequest, of server: ServerOptions, json: Bool
    ) throws {
        let response = try Administrator(options: server).perform(request)
        guard case .identity(let fingerprint, let number, let changes) = response else { return }
        if json {
            standardOutput(
                "{\"fingerprint\":\"\(fingerprint)\",\"number\":\(number),\"changes\":\(changes)}\n")
        } else {
            standardOutput("\(fingerprint)  key \(number), \(changes) changes lead to it\n")
        }
    }
}
