package import Chat
import Synchronization

/// An index that is gone with the process, and no quicker than looking at everything. Used on one thread; its
/// `reader` on any.
package final class MemorySearchIndex: SearchIndex {
    private let contents = MemorySearchReader()

    package init() {}

    package var reader: any SearchReader { contents }

    package func positions() -> [RoomID: UInt64] { contents.rooms.mapValues(\.indexed) }

    package func apply(_ batch: [RoomChanges]) {
        for changes in batch { contents.change { $0[changes.room, default: .init()].apply(changes) } }
    }

    package func remove(_ room: RoomID, through sequence: UInt64, max: Int) -> Bool {
        guard let found = contents.rooms[room] else { return false }
        let old = found.messages.keys.filter { $0 <= sequence }.sorted().prefix(max)
        contents.change { rooms in for sequence in old { rooms[room]?.messages[sequence] = nil } }
        return old.count == max
    }

    package func forget() -> Bool { false }

    package func close() {}
}

private struct MemorySearchRoom: Sendable {
    var indexed: UInt64 = 0
    var messages: [UInt64: IndexedMessage] = [:]

    mutating func apply(_ changes: RoomChanges) {
        for change in changes.changes {
            switch change {
            case .message(let message): messages[message.sequence] = message
            case .edit(let target, let text):
                guard let before = messages[target] else { continue }
                messages[target] = IndexedMessage(
                    sequence: target, author: before.author, at: before.at, text: text)
            case .deletion(let target): messages[target] = nil
            }
        }
        indexed = changes.through
    }
}

private final class MemorySearchReader: SearchReader {
    // Lock tier 9: a leaf; nothing is called while it is held.
    private let contents = Mutex<[RoomID: MemorySearchRoom]>([:])

    var rooms: [RoomID: MemorySearchRoom] { contents.withLock { $0 } }

    func change(_ body: (inout [RoomID: MemorySearchRoom]) -> Void) {
        contents.withLock { contents in body(&contents) }
    }

    func find(_ lookup: SearchLookup) -> SearchFindings {
        let terms = SearchTerms(folding: lookup.query.text)
        let rooms = rooms
        var places: [SearchPlace] = []
        for (room, range) in lookup.rooms {
            for message in (rooms[room]?.messages ?? [:]).values {
                let place = SearchPlace(at: message.at, room: room, sequence: message.sequence)
                guard range.contains(message.sequence), lookup.before.map({ place < $0 }) ?? true,
                    lookup.query.admits(author: message.author, at: message.at), terms.match(message.text)
                else { continue }
                places.append(place)
            }
        }
        places.sort(by: >)
        let found = Array(places.prefix(lookup.maxHits))
        let positions = rooms.filter { lookup.rooms[$0.key] != nil }.mapValues(\.indexed)
        return SearchFindings(
            places: found, lookedThrough: found.count == lookup.maxHits ? found.last : nil,
            positions: positions)
    }
}
