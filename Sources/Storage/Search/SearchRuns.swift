/// The runs of a text: words of spaced scripts, clauses of unspaced ones, and each emoji by itself.
struct SearchRuns {
    /// Longer clusters than any emoji are cut.
    private static let emojiScalars = 24

    /// The folded runs, with one blank between them.
    private(set) var folded = String.UnicodeScalarView()
    private var script = SearchScript.none
    private var base: Unicode.Scalar?

    /// Folds the text.
    static func folding(_ text: String) -> String {
        var runs = SearchRuns()
        if text.utf8.allSatisfy({ $0 < 0x80 }) {
            for scalar in text.unicodeScalars { runs.add(scalar) }
            return String(runs.folded)
        }
        let apart = SearchFolding.takenApart(text)
        if apart.unicodeScalars.contains(where: mayBeginEmoji) {
            for character in apart { runs.add(character) }
        } else {
            for scalar in apart.unicodeScalars { runs.add(scalar) }
        }
        return SearchFolding.putTogether(String(runs.folded))
    }

    /// Whether a run that begins with this scalar is an emoji.
    static func beginsEmoji(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value >= 0x80 && (scalar.properties.isEmoji || scalar.value == keycap)
    }

    private static func mayBeginEmoji(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value == keycap || scalar.value >= 0xa9 && scalar.properties.isEmoji
    }

    /// What encloses a digit, `#` or `*`.
    private static let keycap: UInt32 = 0x20e3

    private mutating func add(_ character: Character) {
        let scalars = character.unicodeScalars
        guard let first = scalars.first else { return }
        guard Self.mayBeginEmoji(first) || scalars.contains(where: { $0.value == Self.keycap }) else {
            for scalar in scalars { add(scalar) }
            return
        }
        addEmoji(scalars)
    }

    /// The emoji as it is written, and if it has a colour of skin the plain one too.
    private mutating func addEmoji(_ scalars: Character.UnicodeScalarView) {
        let exact = scalars.filter { !(0xfe00...0xfe0f).contains($0.value) }.prefix(Self.emojiScalars)
        let plain = exact.filter { !$0.properties.isEmojiModifier }
        end()
        // What encloses stands first, or the digit would be a word's beginning.
        if exact.contains(where: { $0.value == Self.keycap }) { folded.append("\u{20e3}") }
        folded.append(contentsOf: exact.filter { $0.value != Self.keycap })
        if plain.count < exact.count, !plain.isEmpty {
            folded.append(" ")
            folded.append(contentsOf: plain)
        }
        script = .none
    }

    private mutating func add(_ scalar: Unicode.Scalar) {
        guard !SearchFolding.isInvisible(scalar) else { return }
        let next = SearchScript(scalar)
        guard next != .none else {
            script = .none
            base = nil
            return
        }
        // A mark belongs to what it stands on, whichever script that is of.
        let isMark = scalar.value >= 0x300 && scalar.properties.generalCategory == .nonspacingMark
        if !isMark || script == .none {
            if next != script { end() }
            script = next
        }
        SearchFolding.append(scalar, on: base, to: &folded)
        if !isMark { base = scalar }
    }

    /// What follows is a run of its own.
    private mutating func end() {
        if let last = folded.last, last != " " { folded.append(" ") }
        base = nil
    }
}
