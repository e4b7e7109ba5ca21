import Chat
import Wire

/// Whom a name stands for, as far as the conversation has told; a later person of a name takes its place. A
/// value.
struct PeopleNames {
    /// So many are remembered: what people are called in one's own rooms.
    private static let most = 100_000

    private var ids: [String: PersonID] = [:]

    mutating func learn(_ name: String, _ id: PersonID) {
        let unique = Name.uniqueForm(of: name)
        guard !unique.isEmpty, ids[unique] != nil || ids.count < Self.most else { return }
        ids[unique] = id
    }

    mutating func learn(_ people: [PersonSummary]) { for person in people { learn(person.name, person.id) } }

    /// Who wrote an event, and who came by it.
    mutating func learn(_ event: HistoryEvent) {
        learn(event.authorName, event.event.author)
        guard event.event.sendID == nil,
            case .membership(let change)? = ContentCodec().decode(event.event.content)
        else { return }
        learn(change.personName, change.person)
    }

    /// What was typed, with those whom its words name: `@ada`, `@everybody`.
    func body(_ text: String, replyTo: UInt64 = 0, mayNameEverybody: Bool) -> MessageBody {
        var named: [PersonID] = []
        var namesEverybody = false
        for word in text.split(whereSeparator: \.isWhitespace) where word.hasPrefix("@") {
            if let id = person(named: word.dropFirst()) {
                if !named.contains(id) { named.append(id) }
            } else if Self.everybody.contains(Self.name(word.dropFirst()).lowercased()) {
                namesEverybody = mayNameEverybody
            }
        }
        return MessageBody(
            text: text, replyTo: replyTo,
            mentions: Array(named.prefix(Limits.standard.mentionsOfAMessage)),
            mentionsEveryone: namesEverybody)
    }

    private static let everybody: Set<String> = ["all", "everybody", "everyone"]

    /// A name may end with what also ends a sentence.
    private func person(named word: Substring) -> PersonID? {
        ids[Name.uniqueForm(of: String(word))] ?? ids[Name.uniqueForm(of: Self.name(word))]
    }

    private static func name(_ word: Substring) -> String {
        var name = word
        while let last = name.last, ".,:;!?)'\"".contains(last) { name = name.dropLast() }
        return String(name)
    }
}
