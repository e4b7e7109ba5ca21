/// One run of a folded text, by the bytes it is compared by.
struct SearchRun: Hashable {
    enum Kind: Hashable {
        case word
        case clause
        case emoji
    }

    let kind: Kind
    let text: Substring

    /// Of a text as `SearchRuns.folding` makes it: never empty.
    init?(_ text: Substring) {
        guard let first = text.unicodeScalars.first else { return nil }
        self.text = text
        if SearchRuns.beginsEmoji(first) {
            kind = .emoji
        } else {
            kind = SearchScript(first) == .unspaced ? .clause : .word
        }
    }

    /// The runs of a folded text.
    static func all(of folded: String) -> [SearchRun] {
        // By bytes: a mark that begins a run is one character with the blank before it.
        folded.utf8.split(separator: UInt8(ascii: " ")).compactMap { SearchRun(Substring($0)) }
    }
}
