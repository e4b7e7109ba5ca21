package import Chat
import Security
import Storage
package import Wire

/// Looks for one page of messages and encodes the answer. On a thread of the search's lane.
///
/// What the index says is where to look. What is answered is read from the history: the event, and the last
/// edit of it that the asker may see; and it is held against the query and the asker's rooms once more. So an
/// index that is behind leaves something out, but never shows what was edited, deleted or is not to be seen.
package struct SearchJob: Sendable {
    private let desk: SearchDesk
    private let history: any HistoryReader
    private let order: SearchOrder
    private let request: UInt64
    private let limits: Limits
    private let terms: SearchTerms

    package init(
        desk: SearchDesk, history: any HistoryReader, order: SearchOrder, request: UInt64, limits: Limits
    ) {
        self.desk = desk
        self.history = history
        self.order = order
        self.request = request
        self.limits = limits
        terms = SearchTerms(folding: order.query.text)
    }

    package func run() -> [UInt8] {
        do throws(StorageError) {
            return ServerMessageEncoder.encode(.searchResults(try page()), request: request)
        } catch {
            let refusal = Refusal(.busy, retryAfter: limits.busyRetry)
            return ServerMessageEncoder.encode(.refused(RefusalNotice(refusal)), request: request)
        }
    }

    package func page() throws(StorageError) -> SearchPage {
        let findings = findings()
        let tail = SearchTail(order: order, terms: terms, history: history, limits: limits)
        let unindexed = try tail.read(after: findings.positions)
        var places = Array(Set(findings.places + unindexed.places))
        if let end = findings.lookedThrough { places.removeAll { $0 < end } }
        places.sort(by: >)
        let (found, next) = try pick(places)
        return SearchPage(found: found, next: next ?? findings.lookedThrough, isBehind: !unindexed.isWhole)
    }

    /// One more than a page holds, to know whether there is one more.
    private func findings() -> SearchFindings {
        guard let reader = desk.reader() else { return .none }
        let lookup = SearchLookup(
            query: order.query, rooms: order.rooms, before: order.before, maxHits: order.max + 1,
            maxCandidates: limits.searchCandidates)
        do throws(StorageError) {
            return try reader.find(lookup)
        } catch {
            desk.noteFailure(error)
            return .none
        }
    }

    /// As many as a page holds, and where the next page begins if there were more.
    private func pick(_ places: [SearchPlace]) throws(StorageError) -> ([CurrentMessage], SearchPlace?) {
        var found: [CurrentMessage] = []
        var bytes = 0
        var last: SearchPlace?
        var rest = places[...]
        while !rest.isEmpty {
            let portion = rest.prefix(order.max + 1)
            rest = rest.dropFirst(portion.count)
            let messages = try history.messages(at: portion.map(\.place), within: order.rooms)
            for place in portion {
                guard found.count < order.max, bytes < limits.historyPageBytes else { return (found, last) }
                if let message = messages[place.place].flatMap(shown) {
                    found.append(message)
                    bytes += message.event.event.content.count + (message.edit?.event.content.count ?? 0)
                }
                last = place
            }
        }
        return (found, nil)
    }

    /// The message as it is answered, if it is to be.
    private func shown(_ message: CurrentMessage) -> CurrentMessage? {
        let event = message.event.event
        guard order.rooms[event.room]?.contains(event.sequence) == true,
            order.query.admits(author: event.author, at: event.at),
            let text = Self.text(of: (message.edit ?? message.event).event.content), terms.match(text),
            case .message? = ContentCodec().decode(event.content)
        else { return nil }
        guard message.edit != nil else { return message }
        let digest = DigestChain.contentDigest(
            salt: event.salt, content: event.content, hashing: NativeHashing())
        let emptied = Event(
            room: event.room, sequence: event.sequence, id: event.id, author: event.author, at: event.at,
            content: [], salt: event.salt, contentDigest: digest, link: event.link, sendID: nil)
        return CurrentMessage(
            event: HistoryEvent(event: emptied, authorName: message.event.authorName), edit: message.edit)
    }

    /// What of an event can be found: the text of a message or of an edit.
    static func text(of content: [UInt8]) -> String? {
        switch ContentCodec().decode(content) {
        case .message(let body): body.searchableText
        case .edit(let edit): edit.body.searchableText
        case .membership, .settings, .deletion, .reaction, .pin, .sanction, .invitation, .personDeletion, nil:
            nil
        }
    }
}

extension MessageBody {
    /// `nil` for a body that is no text.
    var searchableText: String? {
        MessageBody.isText(contentType) ? String(decoding: bytes, as: UTF8.self) : nil
    }
}
