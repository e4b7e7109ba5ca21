import ArgumentParser
import Chat
import Client
import Security
import Server

/// Links: for a person who is here already, and for people who are nobody here yet.
extension UserCommand {
    struct Invite: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a link: for a person to set a password, or without NAME for new people.",
            discussion: """
                With NAME it is good once, for as long as limits.inviteSeconds says. Without NAME whoever \
                opens it chooses a name and a password and is a person from then on, as often as --uses says.
                """)
        @Argument var name: String?
        @Option(help: "How many new people may come by it.") var uses: Int?
        @Option(help: "For how long: \(Duration.typedForms). (default: 7d)") var expires: DurationArgument?
        @Flag(help: "Who comes by it may administer the server.") var admin = false
        @Option(help: ArgumentHelp("A room that they enter; may be given several times.", valueName: "name"))
        var room: [String] = []
        @Option(help: "What they are in the rooms: owner, moderator or member, which is the default.")
        var role: RoleName?
        @OptionGroup var server: ServerOptions
        @Flag(help: "Print JSON.") var json = false

        func validate() throws {
            let isPlain = uses == nil && expires == nil && !admin && room.isEmpty && role == nil
            guard name == nil || isPlain else {
                throw ValidationError("A link for a person sets a password, and nothing else.")
            }
            guard role == nil || !room.isEmpty else { throw ValidationError("--role goes with --room.") }
        }

        func run() throws {
            let administrator = Administrator(options: server)
            guard name == nil else {
                guard case .invite(let token, let expiresAt, let stated) = try administrator.perform(request)
                else { return }
                let link = try link(token, at: stated)
                return try Output(json: json).show(secret: link.text, named: "link", expiresAt: expiresAt)
            }
            guard
                case .openInvite(let token, let id, let expiresAt, let stated) =
                    try administrator.perform(request)
            else { return }
            let link = try link(token, at: stated)
            try Output(json: json).show(secret: link.text, named: "link", id: id, expiresAt: expiresAt)
        }

        private var request: ControlRequest {
            if let name { return .invite(person: name) }
            return .makeInvite(
                uses: uses ?? 1, seconds: expires.map { Int($0.seconds) }, isAdministrator: admin,
                rooms: room, role: (role ?? .member).rawValue)
        }

        private func link(_ token: String, at stated: String?) throws -> InviteLink {
            let endpoint = try stated.flatMap { Endpoint($0) } ?? configuredEndpoint()
            return try ServerSetup.link(
                directory: server.directory, endpoint: endpoint, token: token, user: name)
        }

        /// Where the server will be reached that is started next.
        private func configuredEndpoint() throws -> Endpoint {
            try ServerSetup.endpoint(
                directory: server.directory, configuration: server.effectiveConfiguration().configuration)
        }
    }

    struct Invites: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the links by which new people may come.",
            discussion: "The links themselves are shown once, when they are made.")
        @OptionGroup var server: ServerOptions
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            var invites: [ControlResponse.OpenInviteEntry] = []
            var isMore = true
            while isMore {
                let request = ControlRequest.listInvites(after: invites.last?.id)
                guard
                    case .openInvites(let page, let more) = try Administrator(options: server).perform(
                        request)
                else { break }
                invites += page
                isMore = more
            }
            try Output(json: json).show(invites: invites)
        }
    }

    struct Uninvite: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let nobody come by a link any more; who came by it stays.")
        @Argument(help: "As `user invites` shows it.") var id: String
        @OptionGroup var server: ServerOptions

        func run() throws { _ = try Administrator(options: server).perform(.revokeInvite(id: id)) }
    }
}
