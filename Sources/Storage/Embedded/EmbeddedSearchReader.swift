import Chat
import GRDB

/// Looks into search.db, on a connection of its own for each call. Any thread.
struct EmbeddedSearchReader: SearchReader {
    private let connections: DatabasePool

    init(_ connections: DatabasePool) { self.connections = connections }

    func find(_ lookup: SearchLookup) throws(StorageError) -> SearchFindings {
        try StorageError.translating {
            try connections.read { database in
                var search = SearchMerge(lookup, database)
                return try search.run()
            }
        }
    }
}

/// Brings together what the rooms have to give, the newest first: a room is looked into only when it may have
/// the next.
private struct SearchMerge {
    private let lookup: SearchLookup
    private let database: Database
    private let terms: SearchTerms
    private var positions: [RoomID: UInt64] = [:]
    /// Not looked into yet, the one with the newest message last.
    private var closed: [SearchStream] = []
    private var open: [SearchStream] = []
    private var candidates: Int

    init(_ lookup: SearchLookup, _ database: Database) {
        self.lookup = lookup
        self.database = database
        terms = SearchTerms(folding: lookup.query.text)
        candidates = lookup.maxCandidates
    }

    mutating func run() throws -> SearchFindings {
        try list()
        var places: [SearchPlace] = []
        while places.count < lookup.maxHits {
            try openRooms()
            let unseen = (closed.map(\.bound) + open.filter(\.isCut).map(\.bound)).max()
            guard let newest = open.indices.max(by: { left, right in open[left].isOlder(than: open[right]) }),
                let place = open[newest].next, unseen.map({ place >= $0 }) ?? true
            else {
                return SearchFindings(places: places, lookedThrough: unseen, positions: positions)
            }
            places.append(place)
            try advance(newest)
        }
        return SearchFindings(places: places, lookedThrough: places.last, positions: positions)
    }

    /// Opens rooms until none that is closed can have a newer message than those that are open, or no more
    /// messages may be looked at.
    private mutating func openRooms() throws {
        while candidates > 0, let bound = closed.last?.bound {
            if let newest = open.compactMap(\.next).max(), newest >= bound { return }
            open.append(closed.removeLast())
            try advance(open.count - 1)
        }
    }

    private mutating func advance(_ index: Int) throws {
        try open[index].advance(for: lookup.query, terms, in: database, candidates: &candidates)
        if open[index].isExhausted { open.remove(at: index) }
    }

    private mutating func list() throws {
        let statement = try database.cachedStatement(
            sql: "SELECT key, indexed, last_at FROM rooms WHERE id = ?")
        for (room, range) in lookup.rooms {
            guard let row = try Row.fetchOne(statement, arguments: [room.data]) else { continue }
            let indexed = UInt64(row[1] as Int64)
            positions[room] = indexed
            let visible = VisibleRange(after: range.after, through: min(range.through, indexed))
            guard visible.after < visible.through, !terms.terms.isEmpty else { continue }
            let stream = SearchStream(room, key: row[0], visible, lastAt: row.timestamp(2))
            if let narrowed = try stream.narrowed(by: lookup, in: database) { closed.append(narrowed) }
        }
        closed.sort { $0.bound < $1.bound }
    }
}
