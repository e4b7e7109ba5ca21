import Chat
import Client
import Wire

/// What somebody looks for, and where.
struct SearchWish: Equatable {
    var words: [String] = []
    var room: String?
    var author: String?
    var since: Timestamp?
    var until: Timestamp?

    func request(after cursor: SearchPlace?, max: Int) -> Request {
        .search(
            SearchRequest(
                query: words.joined(separator: " "), room: room.map { .name($0) },
                author: author.map { .name($0) }, since: since, until: until, cursor: cursor, max: max))
    }

    init() {}

    /// As it is typed: words, and among them `in:ROOM`, `from:NAME`, `since:DATE`, `until:DATE`. `nil` where
    /// a date is none, or there is no word.
    init?(typed text: some Sequence<String>, now: Timestamp) {
        for word in text {
            let parts = word.split(separator: ":", maxSplits: 1).map(String.init)
            switch (parts.first, parts.dropFirst().first) {
            case ("in", let name?): room = name
            case ("from", let name?): author = name
            case ("since", let date?):
                guard let moment = Timestamp(typed: date, now: now) else { return nil }
                since = moment
            case ("until", let date?):
                guard let moment = Timestamp(typed: date, now: now) else { return nil }
                until = moment
            default: words.append(word)
            }
        }
        if words.isEmpty { return nil }
    }
}
