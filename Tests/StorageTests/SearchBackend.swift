import Chat
import Storage
import Testing

/// The indexes that the contract suite runs over.
enum SearchBackend: String, CaseIterable, CustomTestStringConvertible {
    case memory, embedded

    var testDescription: String { rawValue }

    func make() throws -> any SearchUnderTest {
        switch self {
        case .memory: MemorySearchUnderTest()
        case .embedded: try EmbeddedSearchUnderTest()
        }
    }
}

/// One index, as a test sees it.
protocol SearchUnderTest: AnyObject {
    var index: any SearchIndex { get }
    /// The process is gone and a new one opens the same data.
    func reopen() throws
}

extension SearchUnderTest {
    /// All that is found of a query, page by page of this size.
    func find(
        _ query: SearchQuery, in rooms: [RoomID: VisibleRange], page: Int = 3, candidates: Int = 7
    ) throws -> [SearchPlace] {
        var found: [SearchPlace] = []
        var before: SearchPlace?
        // As many turns as there could be messages, and one.
        for _ in 0..<10_000 {
            let lookup = SearchLookup(
                query: query, rooms: rooms, before: before, maxHits: page, maxCandidates: candidates)
            let findings = try index.reader.find(lookup)
            #expect(findings.places == findings.places.sorted(by: >))
            found += findings.places
            guard let end = findings.lookedThrough else { return found }
            if let before { #expect(end < before, "a page must get on") }
            #expect(findings.places.allSatisfy { $0 >= end })
            before = end
        }
        Issue.record("the pages do not end")
        return found
    }

    func sequences(_ text: String, in rooms: [RoomID]) throws -> [UInt64] {
        let ranges = Dictionary(uniqueKeysWithValues: rooms.map { ($0, VisibleRange.all) })
        return try find(SearchQuery(text: text), in: ranges).map(\.sequence)
    }
}

extension VisibleRange {
    static let all = VisibleRange(after: 0, through: 1 << 39)
}

final class MemorySearchUnderTest: SearchUnderTest {
    let index: any SearchIndex = MemorySearchIndex()

    func reopen() {}
}

final class EmbeddedSearchUnderTest: SearchUnderTest {
    let folder: TemporaryFolder
    let incarnation = Incarnation(high: 1, low: 2)
    private(set) var embedded: EmbeddedSearchIndex

    init() throws {
        folder = try TemporaryFolder()
        embedded = try EmbeddedSearchIndex(path: folder.file("search.db"), incarnation: incarnation)
    }

    deinit { try? embedded.close() }

    var index: any SearchIndex { embedded }

    func reopen() throws { try reopen(of: incarnation) }

    func reopen(of incarnation: Incarnation) throws {
        try embedded.close()
        embedded = try EmbeddedSearchIndex(path: folder.file("search.db"), incarnation: incarnation)
    }
}
