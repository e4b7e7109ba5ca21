import Chat

/// The grams that a message is found by, as words of ASCII letters, digits and what is above ASCII: such that
/// FTS5's tokenizer `ascii` takes each for one token and changes nothing
/// (https://www.sqlite.org/fts5.html#ascii_tokenizer).
///
/// Each begins with its room, so that a room's grams are lists of their own: what is said in others' rooms,
/// however often, is never walked through. Then comes a letter for its kind, none of which is a digit of the
/// room's number:
///
///     t  three letters in a row of a word
///     s  a word's first letter, and its first two
///     z  one or two characters in a row of a script without blanks
///     x  an emoji, by the numbers of its scalars
///     u  the author
struct SearchGrams {
    /// Of these rules and of the folding: an index of another version is made anew.
    static let version: Int64 = 1

    private let room: [UInt8]
    private(set) var words: [UInt8] = []

    init(room: Int64) { self.room = Array(String(room, radix: 16).utf8) }

    // MARK: of a message

    /// All grams of a folded text, with blanks between them.
    static func words(of folded: String, by author: PersonID, in room: Int64) -> String {
        var grams = SearchGrams(room: room)
        grams.words.reserveCapacity(folded.utf8.count * (5 + grams.room.count))
        grams.addAuthor(author)
        for run in SearchRun.all(of: folded) {
            switch run.kind {
            case .word: grams.addWord(run.text)
            case .clause: grams.addClause(run.text)
            case .emoji: grams.addEmoji(run.text)
            }
        }
        return String(decoding: grams.words, as: UTF8.self)
    }

    private mutating func addWord(_ text: Substring) {
        let ends = Self.ends(of: text)
        let utf8 = text.utf8
        add("s", utf8[utf8.startIndex..<ends[1]])
        if ends.count > 2 { add("s", utf8[utf8.startIndex..<ends[2]]) }
        for first in ends.indices.dropLast(3) { add("t", utf8[ends[first]..<ends[first + 3]]) }
    }

    private mutating func addClause(_ text: Substring) {
        let ends = Self.ends(of: text)
        let utf8 = text.utf8
        for first in ends.indices.dropLast() { add("z", utf8[ends[first]..<ends[first + 1]]) }
        for first in ends.indices.dropLast(2) { add("z", utf8[ends[first]..<ends[first + 2]]) }
    }

    private mutating func addEmoji(_ text: Substring) {
        add("x", Substring(Self.number(of: text)).utf8[...])
    }

    private mutating func addAuthor(_ author: PersonID) {
        add("u", Substring(String(author.low, radix: 16)).utf8[...])
    }

    private mutating func add(_ kind: Unicode.Scalar, _ gram: Substring.UTF8View) {
        words.append(contentsOf: room)
        words.append(UInt8(ascii: kind))
        words.append(contentsOf: gram)
        words.append(UInt8(ascii: " "))
    }

    // MARK: of a query

    /// What FTS5 is asked (https://www.sqlite.org/fts5.html#full_text_query_syntax): all grams that what is
    /// looked for must have. Few, such that they cover each term: the message itself is looked at afterwards.
    static func expression(of terms: SearchTerms, by author: PersonID?, in room: Int64) -> String {
        var grams = SearchGrams(room: room)
        if let author { grams.addAuthor(author) }
        for term in terms.terms {
            let text = term.run.text
            switch term.run.kind {
            case .emoji: grams.addEmoji(text)
            case .word: grams.addCover(of: text, by: 3, "t", short: "s")
            case .clause: grams.addCover(of: text, by: 2, "z", short: "z")
            }
        }
        return grams.words.split(separator: UInt8(ascii: " "))
            .map { "\"\(String(decoding: $0, as: UTF8.self))\"" }.joined(separator: " AND ")
    }

    private mutating func addCover(
        of text: Substring, by count: Int, _ kind: Unicode.Scalar, short: Unicode.Scalar
    ) {
        let ends = Self.ends(of: text)
        let utf8 = text.utf8
        guard ends.count > count else { return add(short, utf8) }
        let last = ends.count - 1 - count
        for first in stride(from: 0, to: last, by: count) {
            add(kind, utf8[ends[first]..<ends[first + count]])
        }
        add(kind, utf8[ends[last]..<ends[last + count]])
    }

    // MARK: parts

    /// The beginning, and the end of each scalar: one more than there are.
    private static func ends(of text: Substring) -> [Substring.Index] {
        let scalars = text.unicodeScalars
        return Array(scalars.indices) + [scalars.endIndex]
    }

    /// Hexadecimal, with a `g` between two scalars.
    private static func number(of emoji: Substring) -> String {
        emoji.unicodeScalars.map { String($0.value, radix: 16) }.joined(separator: "g")
    }
}
