import Chat
import GRDB

/// What one room has to give, the newest first: read in portions, so that a room that gives nothing costs one
/// look. A value, used within one reading transaction.
struct SearchStream {
    private static let firstPortion = 8
    /// A longer text counts as several candidates.
    private static let bytesOfACandidate = 4_096
    private static let laterPortions = 64

    private struct Candidate {
        let sequence: UInt64
        let at: Timestamp
    }

    let room: RoomID
    private let key: Int64
    private let after: UInt64
    /// Looked at down to here, and not this itself.
    private var last: UInt64
    private var lastAt: Timestamp
    private var found: ArraySlice<Candidate> = []
    private var portion = Self.firstPortion
    /// There is nothing more behind `found`.
    private var isAtEnd = false
    private(set) var next: SearchPlace?

    init(_ room: RoomID, key: Int64, _ range: VisibleRange, lastAt: Timestamp) {
        self.room = room
        self.key = key
        after = range.after
        last = range.through == .max ? .max : range.through + 1
        self.lastAt = lastAt
    }

    var isExhausted: Bool { next == nil && isAtEnd }
    /// Messages were left that nobody looked at, because too many were.
    var isCut: Bool { next == nil && !isAtEnd }

    /// What was not looked at yet is older.
    var bound: SearchPlace { SearchPlace(at: lastAt, room: room, sequence: last) }

    func isOlder(than other: SearchStream) -> Bool {
        guard let other = other.next else { return false }
        return next.map { $0 < other } ?? true
    }

    /// Makes `next` the next message that matches, as far as there are candidates left.
    mutating func advance(
        for query: SearchQuery, _ terms: SearchTerms, in database: Database, candidates: inout Int
    ) throws {
        next = nil
        while found.isEmpty, !isAtEnd, candidates > 0 {
            try read(for: query, terms, in: database, candidates: &candidates)
        }
        guard let first = found.popFirst() else { return }
        next = SearchPlace(at: first.at, room: room, sequence: first.sequence)
    }

    private mutating func read(
        for query: SearchQuery, _ terms: SearchTerms, in database: Database, candidates: inout Int
    ) throws {
        let statement = try database.cachedStatement(
            sql: """
                SELECT position, at, author, text FROM grams CROSS JOIN documents ON position = grams.rowid
                WHERE grams MATCH ? AND grams.rowid > ? AND grams.rowid < ?
                ORDER BY grams.rowid DESC LIMIT ?
                """)
        let most = min(portion, candidates)
        let arguments: StatementArguments = [
            SearchGrams.expression(of: terms, by: query.author, in: key),
            EventPosition(roomKey: key, sequence: after).number,
            EventPosition(roomKey: key, sequence: min(last, ChatSchema.greatestSequence)).number, most,
        ]
        // Whoever writes long messages has fewer of them looked at for everybody's sake.
        var (read, cost, isCut) = (0, 0, false)
        var matching: [Candidate] = []
        let rows = try Row.fetchCursor(statement, arguments: arguments)
        while let row = try rows.next() {
            read += 1
            last = EventPosition(number: row[0]).sequence
            lastAt = row.timestamp(1)
            // They only get older.
            if let since = query.since, lastAt < since {
                isAtEnd = true
                break
            }
            guard query.admits(author: try row.identifier(2), at: lastAt) else { continue }
            let folded: String = row[3]
            cost += folded.utf8.count / Self.bytesOfACandidate
            if terms.matchFolded(Array(folded.utf8)) {
                matching.append(Candidate(sequence: last, at: lastAt))
            }
            if read + cost >= candidates {
                isCut = true
                break
            }
        }
        candidates -= read + cost
        if read < most, !isCut { isAtEnd = true }
        portion = Self.laterPortions
        found = matching[...]
    }

    // MARK: times as sequences

    /// Without what is not older than the lookup wants it; `nil` when nothing is left.
    func narrowed(by lookup: SearchLookup, in database: Database) throws -> SearchStream? {
        var bound = lookup.before
        if let until = lookup.query.until {
            let end = SearchPlace(at: until, room: .least, sequence: 0)
            bound = min(bound ?? end, end)
        }
        if let since = lookup.query.since, lastAt < since { return nil }
        guard let bound, self.bound > bound else { return self }
        // Times do not go back within a room: the newest message that is old enough is found by halving.
        var newest: Candidate?
        var (low, high) = (after, last)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            guard let found = try message(from: middle, below: high, in: database) else {
                high = middle
                continue
            }
            let place = SearchPlace(at: found.at, room: room, sequence: found.sequence)
            if place >= bound {
                high = middle
            } else {
                low = found.sequence
                newest = found
            }
        }
        guard let newest else { return nil }
        var narrowed = self
        narrowed.last = newest.sequence + 1
        narrowed.lastAt = newest.at
        return narrowed
    }

    private func message(from sequence: UInt64, below end: UInt64, in database: Database) throws -> Candidate?
    {
        let statement = try database.cachedStatement(
            sql: """
                SELECT position, at FROM documents WHERE position >= ? AND position < ?
                ORDER BY position LIMIT 1
                """)
        let arguments: StatementArguments = [
            EventPosition(roomKey: key, sequence: sequence).number,
            EventPosition(roomKey: key, sequence: min(end, ChatSchema.greatestSequence)).number,
        ]
        return try Row.fetchOne(statement, arguments: arguments).map { row in
            Candidate(sequence: EventPosition(number: row[0]).sequence, at: row.timestamp(1))
        }
    }
}
