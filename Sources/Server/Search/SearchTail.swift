import Chat
import Storage
import Wire

/// What of somebody's rooms is stored, but not in the index yet: looked through as it is. A value, for one
/// search, on its thread.
struct SearchTail {
    struct Found {
        var places: [SearchPlace] = []
        /// Nothing was left out.
        var isWhole = true
    }

    private struct Room {
        let id: RoomID
        let after: UInt64
        let through: UInt64

        var count: UInt64 { through - after }
    }

    let order: SearchOrder
    let terms: SearchTerms
    let history: any HistoryReader
    let limits: Limits

    /// Where it may be: what is stored is held against the query again by whoever answers.
    /// - Parameter positions: up to where the index goes.
    func read(after positions: [RoomID: UInt64]) throws(StorageError) -> Found {
        var found = Found()
        var events = limits.searchTailEvents
        var bytes = limits.searchTailBytes
        let rooms = rooms(after: positions)
        for (index, room) in rooms.enumerated() {
            // Rooms with little to read leave the rest to those with more.
            let share = UInt64(events / (rooms.count - index))
            guard share > 0, bytes > 0 else {
                found.isWhole = false
                break
            }
            var last = room.after
            if room.count > share {
                found.isWhole = false
                last = room.through - share
            }
            while last < room.through, bytes > 0 {
                let page = try history.events(
                    of: room.id, after: last, through: room.through, maxEvents: limits.indexPageEvents,
                    maxBytes: bytes)
                guard let end = page.last else {
                    // All of it was removed since.
                    if try history.anchor(of: room.id).sequence >= room.through { last = room.through }
                    break
                }
                for entry in page { bytes -= entry.event.content.count }
                events -= page.count
                last = end.event.sequence
                found.places += try places(of: page, in: room.id)
            }
            if last < room.through { found.isWhole = false }
        }
        return found
    }

    /// Those that have something that is not in the index, the one with the least of it first.
    private func rooms(after positions: [RoomID: UInt64]) -> [Room] {
        order.rooms.compactMap { id, range -> Room? in
            let after = max(range.after, positions[id] ?? 0)
            return after < range.through ? Room(id: id, after: after, through: range.through) : nil
        }
        .sorted { ($0.count, $0.id) < ($1.count, $1.id) }
    }

    private func places(of page: [HistoryEvent], in room: RoomID) throws(StorageError) -> [SearchPlace] {
        var places: [SearchPlace] = []
        var edited: [EventPlace] = []
        for entry in page {
            let event = entry.event
            guard let text = SearchJob.text(of: event.content), terms.match(text) else { continue }
            if let target = ContentCodec().decode(event.content)?.target {
                edited.append(EventPlace(room: room, sequence: target))
            } else {
                places.append(SearchPlace(at: event.at, room: room, sequence: event.sequence))
            }
        }
        for message in try history.messages(at: edited, within: order.rooms).values {
            let event = message.event.event
            places.append(SearchPlace(at: event.at, room: room, sequence: event.sequence))
        }
        return places.filter { place in order.before.map { place < $0 } ?? true }
    }
}
