import ArgumentParser
import Server

/// `securechat user`: people, from the operator's side.
struct UserCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Add, list and change people.",
        subcommands: [
            Add.self, List.self, Show.self, Disable.self, Enable.self, Passwd.self, Invite.self, Invites.self,
            Uninvite.self, Token.self, Link.self, Sessions.self, Revoke.self, Factor.self, Export.self,
            Delete.self,
        ])

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a person. Without --password-file, `user invite` makes the link to set one.",
            discussion: "A program is a person without a password: `user token` makes what it logs in by.")
        @Argument var name: String
        @OptionGroup var password: PasswordSource
        @Flag(help: "The person may administer the server.") var admin = false
        @OptionGroup var server: ServerOptions
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            let request = ControlRequest.addPerson(
                name: name, password: try password.hash(for: server), isAdministrator: admin)
            try Output(json: json).show(try Administrator(options: server).perform(request))
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List everybody.")
        @OptionGroup var server: ServerOptions
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            var people: [ControlResponse.PersonEntry] = []
            var isMore = true
            while isMore {
                let request = ControlRequest.listPeople(after: people.last?.id)
                guard case .people(let page, let more) = try Administrator(options: server).perform(request)
                else { break }
                people += page
                isMore = more
            }
            try Output(json: json).show(people: people)
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one person.")
        @Argument var name: String
        @OptionGroup var server: ServerOptions
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            try Output(json: json).show(try Administrator(options: server).perform(.showPerson(name)))
        }
    }

    struct Disable: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a person in no longer; ends their sessions and connections.")
        @Argument var name: String
        @OptionGroup var server: ServerOptions

        func run() throws {
            _ = try Administrator(options: server).perform(.setDisabled(person: name, isDisabled: true))
        }
    }

    struct Enable: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let a disabled person in again.")
        @Argument var name: String
        @OptionGroup var server: ServerOptions

        func run() throws {
            _ = try Administrator(options: server).perform(.setDisabled(person: name, isDisabled: false))
        }
    }

    struct Passwd: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set a person's password, from a file or a question; ends their sessions.")
        @Argument var name: String
        @OptionGroup var password: PasswordSource
        @OptionGroup var server: ServerOptions

        func run() throws {
            let hash = try password.hashOrAsk(for: name, server)
            _ = try Administrator(options: server).perform(.setPassword(person: name, password: hash))
        }
    }

    struct Factor: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take away a person's second factor.",
            discussion: """
                For somebody who has lost the authenticator and the recovery codes: the password alone lets \
                in again. Whether a person has one, `user show` says.
                """)
        @Argument var name: String
        @Flag(help: "Remove it.") var remove = false
        @OptionGroup var server: ServerOptions

        func validate() throws {
            guard remove else { throw ValidationError("Say what to do with it: --remove.") }
        }

        func run() throws {
            _ = try Administrator(options: server).perform(.removeFactor(person: name))
        }
    }

    struct Sessions: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List where a person is logged in, and the tokens of their programs.")
        @Argument var name: String
        @OptionGroup var server: ServerOptions
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            let response = try Administrator(options: server).perform(.listSessions(person: name))
            guard case .sessions(let sessions) = response else { return }
            try Output(json: json).show(sessions: sessions)
        }
    }

    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End a session at once, with its tokens and connections.")
        @Argument var name: String
        @Argument(help: "As `user sessions` shows it.") var id: String
        @OptionGroup var server: ServerOptions

        func run() throws {
            _ = try Administrator(options: server).perform(.endSession(person: name, id: id))
        }
    }
}
