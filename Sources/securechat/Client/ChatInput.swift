import Chat
import Client
import Native

/// What somebody typed into `chat`.
enum ChatInput: Equatable {
    case say(String)
    case help
    case quit
    case join(String)
    case leave
    case rooms
    case members
    case create(String, isPrivate: Bool)
    case add(String)
    case direct(String)
    case sessions
    /// By its number in the list.
    case nameSession(Int, String)
    case endSession(Int)
    case makeKey(NewKey)
    case offerFactor
    case confirmFactor(String)
    case removeFactor(String)
    case renewRecoveryCodes(String)
    /// Into the current room; `seconds` is `nil` for as long as is usual.
    case link(uses: Int, seconds: Int?)
    /// About the current room.
    case room(RoomInput)
    case block(String, isLifted: Bool)
    case blocks
    /// About a message by its number, or about the last one that it can be.
    case reply(UInt64?, String)
    case edit(UInt64?, String)
    case delete(UInt64?)
    case react(UInt64?, String, isRemoved: Bool)
    case numbers
    /// How others see the person, until they end.
    case presence(Presence)
    /// Whether it is shown who is writing.
    case typing
    case search(SearchWish)
    case nothing
    case wrong(String)

    /// It names no message, and so depends on what was said before it.
    var isAboutTheLast: Bool {
        switch self {
        case .reply(nil, _), .edit(nil, _), .delete(nil), .react(nil, _, _): true
        default: false
        }
    }

    static let helpText = """
        /join ROOM       go to a room; a public one is joined
        /msg NAME        talk to one person
        /rooms           the rooms that you may enter
        /members         who is in this room
        /create ROOM     make a public room and go there; /create --private ROOM makes a private one
        /add NAME        add somebody to this room
        /link [USES] [TIME]  a link for new people, into this room: /link 20 7d (administrators)
        /reply TEXT      answer the last message; /reply #12 TEXT another one
        /edit TEXT       say something else in your last message; /edit #12 TEXT in another one of yours
        /delete          delete your last message; /delete #12 another one; moderators delete anybody's
        /react EMOJI     to the last message; /react #12 EMOJI to another one; /unreact takes it back
        /search WORDS    find messages in your rooms; in:ROOM from:NAME since:2026-11-01 until:7d narrow it
        /block NAME      hear no more from somebody; /unblock NAME; /blocks lists them
        @NAME            within what you say: NAME is told; moderators name @everybody
        /away            be seen as away; /back; /hide: be seen as not there
        /typing          see who is writing, or no longer
        /numbers         show the messages' numbers, or no longer
        /leave           leave this room for good
        /sessions        where you are logged in
        /session name N NAME   call the session with the number N so
        /session end N   end that session at once
        /key NAME        make a key for a program, for 90 days; it is shown once. It may read, send and join;
                         /key NAME read,send 30d makes another
        /2fa on          set up a second factor: shows the secret for your authenticator
        /2fa on CODE     turn it on, with a code of the authenticator; shows the recovery codes
        /2fa codes CODE  make new recovery codes; those before are void
        /2fa off CODE    turn it off; a recovery code will do
        /quit            end; so does the end of the input
        //…              say something that begins with a slash

        """

    init(_ line: String) {
        guard line.hasPrefix("/") else {
            self = line.isEmpty ? .nothing : .say(line)
            return
        }
        if line.hasPrefix("//") {
            self = .say(String(line.dropFirst()))
            return
        }
        let words = line.dropFirst().split(separator: " ").map(String.init)
        switch (words.first ?? "", words.dropFirst().first, words.count) {
        case ("help", _, 1), ("?", _, 1): self = .help
        case ("quit", _, 1), ("exit", _, 1), ("q", _, 1): self = .quit
        case ("join", let room?, 2), ("j", let room?, 2): self = .join(room)
        case ("leave", _, 1), ("part", _, 1): self = .leave
        case ("rooms", _, 1): self = .rooms
        case ("members", _, 1), ("who", _, 1): self = .members
        case ("create", "--private", 3): self = .create(words[2], isPrivate: true)
        case ("create", let room?, 2): self = .create(room, isPrivate: false)
        case ("add", let name?, 2): self = .add(name)
        case ("msg", let name?, 2): self = .direct(name)
        case ("reply", _, 2...), ("edit", _, 2...), ("delete", _, 1...2), ("react", _, 2...3),
            ("unreact", _, 2...3):
            self = Self.about(line) ?? Self.unknown(words)
        case ("numbers", _, 1): self = .numbers
        case ("away", _, 1): self = .presence(.away)
        case ("back", _, 1): self = .presence(.online)
        case ("hide", _, 1): self = .presence(.offline)
        case ("typing", _, 1): self = .typing
        case ("search", _, 2...), ("s", _, 2...):
            let now = Timestamp(milliseconds: WallClock.milliseconds())
            let wish = SearchWish(typed: words.dropFirst(), now: now)
            self = wish.map { .search($0) } ?? Self.unknown(words)
        case ("sessions", _, 1): self = .sessions
        case ("link", _, 1...3): self = Self.link(words.dropFirst()) ?? Self.unknown(words)
        case ("block", let name?, 2): self = .block(name, isLifted: false)
        case ("unblock", let name?, 2): self = .block(name, isLifted: true)
        case ("blocks", _, 1): self = .blocks
        case ("session", _, 3...): self = Self.session(words) ?? Self.unknown(words)
        case ("key", let name?, 2...4):
            self = ChatKey(name: name, words[2...]).map { .makeKey($0.key) } ?? Self.unknown(words)
        case ("2fa", "on", 2): self = .offerFactor
        case ("2fa", let what?, 3): self = Self.factor(what, code: words[2]) ?? Self.unknown(words)
        default: self = RoomInput(words).map { .room($0) } ?? Self.unknown(words)
        }
    }

    /// `/edit #12 what is said`, with or without the number.
    private static func about(_ line: String) -> ChatInput? {
        let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true).map(String.init)
        var rest = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
        var target: UInt64?
        if rest.hasPrefix("#") {
            let number = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
            guard let found = UInt64(number), found > 0 else { return nil }
            let behind = rest.dropFirst(1 + number.count)
            guard behind.isEmpty || behind.first == " " else { return nil }
            target = found
            rest = String(behind.drop { $0 == " " })
        }
        switch parts[0] {
        case "/delete": return rest.isEmpty ? .delete(target) : nil
        case _ where rest.isEmpty: return nil
        case "/reply": return .reply(target, rest)
        case "/edit": return .edit(target, rest)
        case "/react": return .react(target, rest, isRemoved: false)
        case "/unreact": return .react(target, rest, isRemoved: true)
        default: return nil
        }
    }

    /// Either may be left out.
    private static func link(_ words: ArraySlice<String>) -> ChatInput? {
        let uses = words.first.flatMap { Int($0) }
        let rest = uses == nil ? words : words.dropFirst()
        guard uses ?? 1 >= 1 else { return nil }
        guard let time = rest.first else { return .link(uses: uses ?? 1, seconds: nil) }
        guard rest.count == 1, let time = Duration(typed: time) else { return nil }
        return .link(uses: uses ?? 1, seconds: Int(time.components.seconds))
    }

    private static func factor(_ what: String, code: String) -> ChatInput? {
        switch what {
        case "on": .confirmFactor(code)
        case "off": .removeFactor(code)
        case "codes": .renewRecoveryCodes(code)
        default: nil
        }
    }

    private static func session(_ words: [String]) -> ChatInput? {
        guard let number = Int(words[2]), number > 0 else { return nil }
        return switch (words[1], words.count) {
        case ("end", 3): .endSession(number)
        case ("name", 4...): .nameSession(number, words[3...].joined(separator: " "))
        default: nil
        }
    }

    private static func unknown(_ words: [String]) -> ChatInput {
        .wrong("/\(words.first ?? ""): not understood; /help lists what is")
    }
}
