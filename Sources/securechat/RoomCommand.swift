import ArgumentParser
import Server

/// `securechat room`: rooms, from the operator's side.
struct RoomCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "room", abstract: "Add, list and change rooms.",
        subcommands: [
            Add.self, List.self, Show.self, Members.self, Archive.self, Keep.self, Export.self,
        ])

    struct Add: ParsableCommand {
        enum Kind: String, EnumerableFlag { case `public`, `private` }

        static let configuration = CommandConfiguration(
            abstract:
                "Add a room. A public one may be joined by everybody; of a private one, add the members.")
        @Argument var name: String
        @Flag(help: "Who may join.") var kind = Kind.public
        @OptionGroup var server: ServerOptions
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            let request = ControlRequest.addRoom(name: name, isPublic: kind == .public)
            try Output(json: json).show(try Administrator(options: server).perform(request))
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List every room.")
        @OptionGroup var server: ServerOptions
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            var rooms: [ControlResponse.RoomEntry] = []
            var isMore = true
            while isMore {
                let request = ControlRequest.listRooms(after: rooms.last?.id)
                guard case .rooms(let page, let more) = try Administrator(options: server).perform(request)
                else { break }
                rooms += page
                isMore = more
            }
            try Output(json: json).show(rooms: rooms)
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one room.")
        @Argument var name: String
        @OptionGroup var server: ServerOptions
        @Flag(help: "Print JSON.") var json = false

        func run() throws {
            try Output(json: json).show(try Administrator(options: server).perform(.showRoom(name)))
        }
    }

    struct Members: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List a room's members, or add or remove one.")
        @Argument var name: String
        @Option(help: "Add this person.") var add: String?
        @Option(help: "The added person's role: owner, moderator or member, which is the default.")
        var role: RoleName?
        @Option(help: "Remove this person.") var remove: String?
        @OptionGroup var server: ServerOptions
        @Flag(help: "Print JSON.") var json = false

        func validate() throws {
            guard add == nil || remove == nil else {
                throw ValidationError("--add and --remove are two commands.")
            }
            guard role == nil || add != nil else {
                throw ValidationError("--role is the role of whom --add adds.")
            }
        }

        func run() throws {
            let administrator = Administrator(options: server)
            if let add {
                let role = (role ?? .member).rawValue
                _ = try administrator.perform(.addMember(room: name, person: add, role: role))
            }
            if let remove { _ = try administrator.perform(.removeMember(room: name, person: remove)) }
            guard add == nil, remove == nil else { return }
            var members: [ControlResponse.MemberEntry] = []
            var isMore = true
            while isMore {
                let request = ControlRequest.listMembers(room: name, after: members.last?.id)
                guard case .members(let page, let more) = try administrator.perform(request) else { break }
                members += page
                isMore = more
            }
            try Output(json: json).show(members: members)
        }
    }

    struct Archive: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a room be read but no longer written to.")
        @Argument var name: String
        @Flag(help: "Let it be written to again.") var undo = false
        @OptionGroup var server: ServerOptions

        func run() throws {
            _ = try Administrator(options: server).perform(.archiveRoom(name, isArchived: !undo))
        }
    }
}

extension RoomCommand {
    struct Keep: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say after how many days what was said in a room is removed.",
            discussion: "For everybody and for good. Where history.keepDays is fewer days, that counts.")
        @Argument var name: String
        @Argument(help: "Days, or forever.") var days: KeptDays
        @OptionGroup var server: ServerOptions

        func run() throws {
            _ = try Administrator(options: server).perform(.keepRoom(name, days: days.count))
        }
    }

    /// Days as people write them.
    struct KeptDays: ExpressibleByArgument {
        /// 0: for ever.
        let count: Int

        init?(argument: String) {
            guard argument != "forever" else {
                count = 0
                return
            }
            guard let days = Int(argument), days > 0 else { return nil }
            count = days
        }
    }
}

/// A role as people write it.
enum RoleName: String, CaseIterable, ExpressibleByArgument { case owner, moderator, member }
