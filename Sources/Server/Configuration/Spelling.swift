/// Finds what somebody probably meant to write.
enum Spelling {
    /// The candidate that fewest insertions, removals and replacements of bytes lead to; `nil` when none is
    /// near.
    static func nearest(to word: String, among candidates: [String]) -> String? {
        // Longer words are no misspelling of ours, and comparing takes the product of the lengths.
        guard word.utf8.count <= 64 else { return nil }
        let ranked = candidates.map { (distance($0, word), $0) }.min { $0.0 < $1.0 }
        guard let (distance, candidate) = ranked, distance <= max(2, word.utf8.count / 4) else { return nil }
        return candidate
    }

    static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left.lowercased().utf8)
        let right = Array(right.lowercased().utf8)
        var row = Array(0...right.count)
        for (index, byte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (column, other) in right.enumerated() {
                let replaced = diagonal + (byte == other ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, row[column] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}
