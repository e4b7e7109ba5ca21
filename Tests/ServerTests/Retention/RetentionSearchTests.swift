import Chat
import Security
import Storage
import Testing

@testable import Server

/// What is found to be older than it is kept.
@Suite struct RetentionSearchTests {
    private static let day = Duration.seconds(86_400)

    @Test func ofANumberTheLastStay() throws {
        let scene = try RetentionScene(messages: 8)
        let head = try scene.span().head
        #expect(try scene.next(.everything) == nil)
        #expect(try scene.next(Retention(events: Int(head))) == nil)
        let removal = try #require(try scene.next(Retention(events: 3)))
        #expect(removal.through.sequence == head - 3)
        try scene.remove(Retention(events: 3))
        #expect(try scene.sequences() == Array(head - 2...head))
        try scene.remove(Retention(events: 1))
        #expect(try scene.sequences() == [head])
    }

    @Test func aPieceIsBoundedInEventsAndBytes() throws {
        let scene = try RetentionScene(messages: 8)
        scene.limits.removedEvents = 2
        #expect(try scene.next(Retention(events: 1))?.through.sequence == 2)
        scene.limits.removedEvents = 500
        scene.limits.removedBytes = 1
        #expect(try scene.next(Retention(events: 1))?.through.sequence == 1)
        try scene.remove(Retention(events: 1))
        #expect(try scene.sequences().count == 1)
    }

    @Test func ofAnAgeTheYoungerStayAndTheRoomsOwnDaysCountIfFewer() throws {
        let scene = try RetentionScene(messages: 3)
        let old = try scene.span().head
        scene.scene.pass(Self.day * 10)
        for _ in 0..<3 { scene.say() }
        let last = try #require(
            try scene.store.history.events(
                of: scene.room, after: old, through: .max, maxEvents: 9, maxBytes: 9_999
            ).last?.event.at)
        func through(_ days: Int, after passed: Duration = .zero) throws -> UInt64? {
            try scene.next(Retention(days: days), now: last.advanced(by: passed))?.through.sequence
        }
        #expect(try through(11) == nil)
        #expect(try through(9) == old)
        #expect(try through(9, after: Self.day * 9 - .seconds(1)) == old)
        #expect(try through(9, after: Self.day * 10) == old + 3, "the last one too")
        #expect(try through(0) == nil)
        // The room's own days.
        let change = RequestedSettings(keepDays: 5)
        scene.scene.control(.command(.changeSettings(.id(scene.room), change)))
        #expect(try scene.span().keepDays == 5)
        #expect(try through(0) == old)
        #expect(try through(9) == old)
        #expect(try through(2, after: Self.day * 3) == old + 4, "what changed the days too")
        #expect(try through(9, after: Self.day * 4) == old)
    }

    @Test func whoMaySendAgainIsRememberedAndNobodyElse() throws {
        let scene = try RetentionScene()
        let joined = try scene.span().head
        for _ in 0..<2 { scene.say() }
        let at = try #require(
            try scene.store.history.events(
                of: scene.room, after: 0, through: .max, maxEvents: 9, maxBytes: 9_999
            ).last?.event.at)
        scene.say()
        func remembered(after passed: Duration) throws -> [UInt64]? {
            try scene.next(Retention(events: 1), now: at.advanced(by: passed))?.remembered.map(\.sequence)
        }
        #expect(try remembered(after: .zero) == [joined + 1, joined + 2], "what was no send is no matter")
        #expect(try remembered(after: Self.day * 30) == [joined + 2])
        #expect(try remembered(after: Self.day * 31) == [])
        let event = try #require(
            try scene.store.history.events(
                of: scene.room, after: joined, through: .max, maxEvents: 1, maxBytes: 9_999
            ).first?.event)
        let digest = try #require(try scene.next(Retention(events: 1))?.remembered.first?.contentDigest)
        #expect(
            digest
                == DigestChain.contentDigest(
                    salt: event.salt, content: event.content, hashing: NativeHashing()))
    }
}
