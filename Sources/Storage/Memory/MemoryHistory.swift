package import Chat
import Synchronization

/// The committed history of a `MemoryStore`, for readers on any thread.
package final class MemoryHistory: RetentionReader {
    // Lock tier 9: a leaf; nothing is called while it is held.
    private let contents: Mutex<MemoryContents>

    init(_ contents: MemoryContents) {
        self.contents = Mutex(contents)
    }

    var current: MemoryContents { contents.withLock { $0 } }

    func change<Result: Sendable>(_ body: (inout MemoryContents) -> Result) -> Result {
        contents.withLock { contents in body(&contents) }
    }

    package func events(
        of room: RoomID, after sequence: UInt64, through last: UInt64, maxEvents: Int, maxBytes: Int
    ) throws(StorageError) -> [HistoryEvent] {
        contents.withLock { contents in
            var page: [HistoryEvent] = []
            var bytes = 0
            for event in contents.rooms[room]?.events(after: sequence, through: last) ?? [] {
                if page.count >= maxEvents || bytes >= maxBytes { break }
                let name = contents.people[event.author]?.name.displayed ?? ""
                page.append(HistoryEvent(event: event, authorName: name))
                bytes += event.content.count
            }
            return page
        }
    }

    package func messages(
        at places: [EventPlace], within ranges: [RoomID: VisibleRange]
    ) throws(StorageError) -> [EventPlace: CurrentMessage] {
        contents.withLock { contents in
            var messages: [EventPlace: CurrentMessage] = [:]
            for place in places {
                guard let range = ranges[place.room], range.contains(place.sequence),
                    let event = contents.entry(at: place)
                else { continue }
                let edits = contents.rooms[place.room]?.edits[place.sequence] ?? []
                let last = edits.last { $0.sequence <= range.through }
                let edit = last.flatMap {
                    contents.entry(at: EventPlace(room: place.room, sequence: $0.sequence))
                }
                messages[place] = CurrentMessage(event: event, edit: edit)
            }
            return messages
        }
    }

    package func traces(
        of person: PersonID, in room: RoomID, after sequence: UInt64, through last: UInt64,
        within bounds: Traces.Bounds
    ) throws(StorageError) -> Traces {
        contents.withLock { contents in
            let events = contents.rooms[room]?.events ?? []
            let end = min(last, UInt64(events.count), sequence.addingClamped(bounds.scanned))
            guard sequence < end else { return Traces(events: [], through: max(sequence, end)) }
            var found: [HistoryEvent] = []
            var bytes = 0
            for event in events[Int(sequence)..<Int(end)] where Traces.mayHold(event, of: person) {
                let name = contents.people[event.author]?.name.displayed ?? ""
                found.append(HistoryEvent(event: event, authorName: name))
                bytes += event.content.count
                if found.count >= bounds.events || bytes >= bounds.bytes {
                    return Traces(events: found, through: event.sequence)
                }
            }
            return Traces(events: found, through: end)
        }
    }

    package func links(of room: RoomID, at sequences: [UInt64]) throws(StorageError) -> [UInt64: Digest] {
        contents.withLock { contents in
            var links: [UInt64: Digest] = [:]
            guard let found = contents.rooms[room] else { return links }
            for sequence in sequences where sequence > 0 {
                if sequence == found.anchor.sequence { links[sequence] = found.anchor.link }
                if let index = found.place(of: sequence) { links[sequence] = found.events[index].link }
            }
            return links
        }
    }

    package func anchor(of room: RoomID) throws(StorageError) -> Head {
        contents.withLock { $0.rooms[room]?.anchor ?? .empty }
    }

    package func spans(
        after room: RoomID?, max: Int, withAges: Bool
    ) throws(StorageError) -> [RoomSpan] {
        contents.withLock { contents in
            let later = contents.rooms.keys.filter { id in room.map { id > $0 } ?? true }.sorted()
            return later.prefix(max).compactMap { id in
                contents.rooms[id].map { room in
                    let days = room.settings.rules.keepDays
                    return RoomSpan(
                        room: id, keepDays: days, anchor: room.anchor, head: room.head.sequence,
                        firstAt: withAges || days > 0 ? room.events.first?.at : nil)
                }
            }
        }
    }

    package func remembersSends(before moment: Timestamp) throws(StorageError) -> Bool {
        contents.withLock { $0.remembersSends(before: moment) }
    }

    package func person(named name: String) throws(StorageError) -> Person? {
        let unique = Name.uniqueForm(of: name)
        return contents.withLock { contents in
            contents.peopleByName[unique].flatMap { contents.people[$0] }
        }
    }

    package func person(_ id: PersonID) throws(StorageError) -> Person? {
        contents.withLock { $0.people[id] }
    }

    package func openInvite(token: Digest) throws(StorageError) -> OpenInvite? {
        contents.withLock { contents in contents.invites.values.first { $0.token == token } }
    }

    package func person(of identity: ExternalIdentity) throws(StorageError) -> Person? {
        contents.withLock { contents in
            contents.identities[identity].flatMap { contents.people[$0.person] }
        }
    }
}
