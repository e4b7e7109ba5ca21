import Chat
import FoundationEssentials

extension FieldCheck {
    mutating func search(_ message: ProtoSearch) -> SearchRequest {
        var cursor: SearchPlace?
        if !message.cursor.isEmpty {
            cursor = SearchPlace(bytes: Array(message.cursor.prefix(SearchPlace.byteCount + 1)))
            if cursor == nil { refuse(.invalidArgument, "cursor is that of the page before") }
        }
        let most = limits.searchPageHits
        return SearchRequest(
            query: text(message.query, maxBytes: limits.searchQueryBytes, "query"),
            room: message.hasRoom ? room(message.room) : nil,
            author: message.hasAuthor ? person(message.author) : nil,
            since: message.since == 0 ? nil : Timestamp(milliseconds: message.since),
            until: message.until == 0 ? nil : Timestamp(milliseconds: message.until), cursor: cursor,
            max: message.max == 0 ? most : min(Int(message.max), most))
    }
}

extension ProtoSearch {
    init(_ search: SearchRequest) {
        self.init()
        query = search.query
        if let room = search.room { self.room = ProtoRoomReference(room) }
        if let author = search.author { self.author = ProtoPersonReference(author) }
        since = search.since?.milliseconds ?? 0
        until = search.until?.milliseconds ?? 0
        cursor = .init(search.cursor?.bytes ?? [])
        max = UInt32(clamping: search.max)
    }
}

extension ProtoSearchResults {
    init(_ page: SearchPage) {
        self.init()
        found = page.found.map { message in
            var found = ProtoFoundMessage()
            found.events = [ProtoEvent(message.event)]
            if let edit = message.edit { found.events.append(ProtoEvent(edit)) }
            return found
        }
        more = page.next != nil
        cursor = .init(page.next?.bytes ?? [])
        behind = page.isBehind
    }

    /// `nil` when a field is not what it must be.
    var model: SearchPage? {
        var messages: [CurrentMessage] = []
        for message in found {
            let events = message.events.compactMap(\.model)
            guard let event = events.first, events.count == message.events.count, events.count <= 2 else {
                return nil
            }
            messages.append(CurrentMessage(event: event, edit: events.dropFirst().first))
        }
        let next = SearchPlace(bytes: Array(cursor.prefix(SearchPlace.byteCount + 1)))
        guard more == (next != nil) else { return nil }
        return SearchPage(found: messages, next: next, isBehind: behind)
    }
}
