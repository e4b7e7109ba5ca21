/// One word of a query, and how it is looked for.
package struct SearchTerm: Hashable, Sendable {
    /// What must be found.
    private let bytes: [UInt8]
    /// Not anywhere in a word, but at its beginning: it is too short to be looked for within words.
    private let isAtBeginning: Bool
    /// Up to the end of a run, too.
    private let isWhole: Bool
    let run: SearchRun
    /// How much of `bytes` is matched still where the next byte is another than expected (Knuth, Morris and
    /// Pratt, 1977): a text takes time by its length, whoever chose it and the word.
    private let fallbacks: [Int]

    init(_ run: SearchRun) {
        self.run = run
        bytes = Array(run.text.utf8)
        fallbacks = Self.fallbacks(of: bytes)
        isAtBeginning = run.kind == .emoji || run.kind == .word && run.text.unicodeScalars.count < 3
        isWhole = run.kind == .emoji
    }

    /// Whether it stands in a folded text.
    func isIn(_ folded: [UInt8]) -> Bool {
        let blank = UInt8(ascii: " ")
        guard !bytes.isEmpty, folded.count >= bytes.count else { return false }
        var matched = 0
        for (place, byte) in folded.enumerated() {
            while matched > 0, matched == bytes.count || byte != bytes[matched] {
                matched = fallbacks[matched - 1]
            }
            if byte == bytes[matched] { matched += 1 }
            guard matched == bytes.count else { continue }
            let (start, end) = (place + 1 - bytes.count, place + 1)
            let begins = start == 0 || folded[start - 1] == blank
            let ends = end == folded.count || folded[end] == blank
            if (begins || !isAtBeginning) && (ends || !isWhole) { return true }
        }
        return false
    }

    private static func fallbacks(of bytes: [UInt8]) -> [Int] {
        var fallbacks: [Int] = []
        var length = 0
        for (place, byte) in bytes.enumerated() {
            while length > 0, byte != bytes[length] { length = fallbacks[length - 1] }
            if place > 0, byte == bytes[length] { length += 1 }
            fallbacks.append(length)
        }
        return fallbacks
    }
}
