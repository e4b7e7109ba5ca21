/// Plain search in bytes: what grep would find, at a speed that a debug build can bear.
extension [UInt8] {
    func place(of text: String, from start: Int = 0) -> Int? {
        let sought = Array(text.utf8)
        guard let first = sought.first, count >= sought.count + start else { return nil }
        return (start...(count - sought.count)).first { place in
            self[place] == first && sought.indices.allSatisfy { self[place + $0] == sought[$0] }
        }
    }

    /// As grep's `\b`: the word with no letter, digit or underscore on either side.
    func hasWord(_ word: String) -> Bool {
        var start = 0
        while let place = place(of: word, from: start) {
            let end = place + word.utf8.count
            let opens = place == 0 || !Self.isWord(self[place - 1])
            let closes = end == count || !Self.isWord(self[end])
            if opens, closes { return true }
            start = place + 1
        }
        return false
    }

    /// As grep's `Unsafe[A-Z]`.
    var hasUnsafeType: Bool {
        var start = 0
        while let place = place(of: "Unsafe", from: start) {
            if place + 6 < count, (65...90).contains(self[place + 6]) { return true }
            start = place + 1
        }
        return false
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (97...122).contains(byte) || (65...90).contains(byte) || (48...57).contains(byte) || byte == 95
    }
}
