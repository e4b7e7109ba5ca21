import Chat
import Client
import Wire

/// What somebody typed about the room that they are in, its people and its messages.
enum RoomInput: Equatable {
    case kick(String, reason: String)
    case sanction(String, RequestedSanction)
    case invite(String)
    case uninvite(String)
    case topic(String)
    /// Seconds; 0 ends it.
    case slow(Int)
    case history(RoomRules.Visibility)
    /// Days; 0: for ever.
    case keep(Int)
    case pin(UInt64, isRemoved: Bool)
    case rules
    case report(UInt64, reason: String)

    static let helpText = """
        /invite NAME     let somebody come in by themselves, also into a private room; /uninvite NAME
        /kick NAME [WHY]         put somebody out of this room
        /mute NAME [TIME] [WHY]  have somebody say nothing here: /mute bob 30m shouting; /unmute NAME
        /ban NAME [TIME] [WHY]   put somebody out and keep them out; /unban NAME
        /pin #12         keep a message before everybody's eyes; /unpin #12
        /rules           what is pinned here, and what holds for members
        /topic TEXT      what this room is about
        /slow TIME       let members wait between two messages; /slow off
        /history all     let new members read everything; /history joined: only from when they joined
        /keep DAYS       remove what was said here after so many days, for good; /keep forever
        /report #12 WHY  tell the administrators of a message

        """

    /// `nil` for what is none of these.
    init?(_ words: [String]) {
        let name = words.dropFirst().first ?? ""
        let rest = words.dropFirst(2)
        switch (words.first ?? "", words.count) {
        case ("kick", 2...): self = .kick(name, reason: rest.joined(separator: " "))
        case ("mute", 2...): self = .sanction(name, Self.sanction(.mute, rest))
        case ("unmute", 2): self = .sanction(name, RequestedSanction(.mute, isLifted: true))
        case ("ban", 2...): self = .sanction(name, Self.sanction(.ban, rest))
        case ("unban", 2): self = .sanction(name, RequestedSanction(.ban, isLifted: true))
        case ("invite", 2): self = .invite(name)
        case ("uninvite", 2): self = .uninvite(name)
        case ("topic", 2...): self = .topic(words.dropFirst().joined(separator: " "))
        case ("slow", 2):
            guard let seconds = name == "off" ? 0 : Duration(typed: name)?.components.seconds else {
                return nil
            }
            self = .slow(Int(seconds))
        case ("history", 2):
            guard let visibility = RoomRules.Visibility.allCases.first(where: { $0.name == name }) else {
                return nil
            }
            self = .history(visibility)
        case ("keep", 2):
            guard let days = name == "forever" ? 0 : Self.days(name) else { return nil }
            self = .keep(days)
        case ("pin", 2), ("unpin", 2):
            guard let target = Self.number(name) else { return nil }
            self = .pin(target, isRemoved: words[0] == "unpin")
        case ("rules", 1), ("pins", 1): self = .rules
        case ("report", 2...):
            guard let target = Self.number(name) else { return nil }
            self = .report(target, reason: rest.joined(separator: " "))
        default: return nil
        }
    }

    private static func number(_ word: String) -> UInt64? {
        guard word.hasPrefix("#"), let number = UInt64(word.dropFirst()), number > 0 else { return nil }
        return number
    }

    /// `30` or `30d`.
    private static func days(_ word: String) -> Int? {
        guard let days = Int(word.hasSuffix("d") ? word.dropLast() : word[...]), days > 0 else { return nil }
        return days
    }

    /// `30m shouting`; both may be left out.
    private static func sanction(_ kind: Sanction.Kind, _ words: ArraySlice<String>) -> RequestedSanction {
        let lasting = words.first.flatMap { Duration(typed: $0) }
        let reason = (lasting == nil ? words : words.dropFirst()).joined(separator: " ")
        return RequestedSanction(kind, lasting: lasting, reason: reason)
    }

    /// What is asked of the server, and what is said when it is done; `nil` for what goes the way of
    /// messages, or is answered by more than that.
    func request(in room: RoomID) -> (request: Request, done: String)? {
        switch self {
        case .kick(let name, let reason):
            (.command(.removeMember(.id(room), .name(name), reason: reason)), "\(name) is out")
        case .sanction(let name, let sanction):
            (.command(.sanction(.id(room), .name(name), sanction)), Self.words(name, sanction))
        case .invite(let name): (.command(.invite(.id(room), .name(name))), "\(name) is invited")
        case .uninvite(let name):
            (.command(.withdrawInvitation(.id(room), .name(name))), "\(name) is invited no longer")
        case .topic(let topic):
            (.command(.changeSettings(.id(room), RequestedSettings(topic: topic))), "the topic is set")
        case .slow(let seconds):
            (
                .command(.changeSettings(.id(room), RequestedSettings(slowSeconds: seconds))),
                seconds == 0 ? "slow mode is off" : "members wait \(seconds) seconds between two messages"
            )
        case .history(let visibility):
            (
                .command(.changeSettings(.id(room), RequestedSettings(visibility: visibility))),
                visibility == .all ? "members read everything" : "members read from when they joined"
            )
        case .keep(let days):
            (
                .command(.changeSettings(.id(room), RequestedSettings(keepDays: days))),
                days == 0 ? "this room is kept for ever" : "what was said here is removed after \(days) days"
            )
        case .report(let target, let reason):
            (
                .command(.report(EventPlace(room: room, sequence: target), reason: reason)),
                "the administrators are told of #\(target)"
            )
        case .pin, .rules: nil
        }
    }

    private static func words(_ name: String, _ sanction: RequestedSanction) -> String {
        switch (sanction.kind, sanction.isLifted) {
        case (.mute, false): "\(name) is muted"
        case (.mute, true): "\(name) may speak"
        case (.ban, false): "\(name) is banned"
        case (.ban, true): "\(name) may come in again"
        }
    }
}
