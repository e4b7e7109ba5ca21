/// One word of a query, and how it is looked for.
package struct SearchTerm: Hashable, Sendable {
    /// What must be found.
    private let bytes: [UInt8]
    /// Not anywhere in a word, but at its beginning: it is too short to be looked for within words.
    private let isAtBeginning: Bool
    /// Up to the end of a run, too.
    private let isWhole: Bool
    let run: SearchRun

    init(_ run: SearchRun) {
        self.run = run
        bytes = Array(run.text.utf8)
        isAtBeginning = run.kind == .emoji || run.kind == .word && run.text.unicodeScalars.count < 3
        isWhole = run.kind == .emoji
    }

    /// Whether it stands in a folded text.
    func isIn(_ folded: [UInt8]) -> Bool {
        let blank = UInt8(ascii: " ")
        guard let first = bytes.first, folded.count >= bytes.count else { return false }
        var place = 0
        while place <= folded.count - bytes.count {
            guard folded[place] == first, folded[place..<place + bytes.count].elementsEqual(bytes) else {
                place += 1
                continue
            }
            let end = place + bytes.count
            let begins = place == 0 || folded[place - 1] == blank
            let ends = end == folded.count || folded[end] == blank
            if (begins || !isAtBeginning) && (ends || !isWhole) { return true }
            place += 1
        }
        return false
    }
}
