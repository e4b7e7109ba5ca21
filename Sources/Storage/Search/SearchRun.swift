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
        if SearchRuns.beginsEmoji(first) || SearchRuns.isKeycap(text) {
            kind = .emoji
        } else {
            kind = SearchScript(first) == .unspaced ? .clause : .word
        }
    }

    /// The runs of a folded text.
    static func all(of folded: String) -> [SearchRun] {
        folded.split(separator: " ").compactMap { SearchRun($0) }
    }
}
