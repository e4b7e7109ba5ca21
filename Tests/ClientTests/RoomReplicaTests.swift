import Chat
import Client
import Testing

@Suite("A room's replica")
struct RoomReplicaTests {
    private let history = SampleHistory(count: 10)

    private func replica(
        _ start: RoomReplica.Start = .after(0), bounds: RoomReplica.Bounds = .init()
    ) -> RoomReplica {
        RoomReplica(room: history.room, start: start, bounds: bounds, hashing: MixingHash())
    }

    private func delivered(_ range: ClosedRange<Int>, of history: SampleHistory? = nil) -> [RoomReplica
        .Action]
    {
        (history ?? self.history).page(range).map { .deliver($0) }
    }

    @Test func `an empty room is live at once`() {
        var replica = replica()
        #expect(
            replica.subscribed(head: .empty, common: .empty, historyChanged: false) == [.caughtUp(.empty)])
        #expect(replica.pushed(history[1]) == delivered(1...1))
        #expect(replica.held() == [history.head(at: 1)])
    }

    @Test func `history is read to the head, page after page, then live events follow`() {
        var replica = replica()
        #expect(
            replica.subscribed(head: history.head(at: 5), common: .empty, historyChanged: false)
                == [.readHistory(after: 0, through: 5)])
        #expect(
            replica.history(history.page(1...3)) == delivered(1...3) + [.readHistory(after: 3, through: 5)])
        #expect(replica.history(history.page(4...5)) == delivered(4...5) + [.caughtUp(history.head(at: 5))])
        #expect(replica.pushed(history[6]) == delivered(6...6))
        #expect(replica.isLive)
    }

    @Test func `live events that come while history is read are delivered after it`() {
        var replica = replica()
        _ = replica.subscribed(head: history.head(at: 2), common: .empty, historyChanged: false)
        #expect(replica.pushed(history[3]) == [])
        #expect(replica.pushed(history[4]) == [])
        #expect(replica.heldLiveEvents == 2)
        #expect(replica.history(history.page(1...2)) == delivered(1...4) + [.caughtUp(history.head(at: 4))])
        #expect(replica.heldLiveEvents == 0)
    }

    @Test(arguments: [
        RoomReplica.Bounds(events: 2, bytes: 1_000), RoomReplica.Bounds(events: 100, bytes: 8),
    ])
    func `what exceeds the bound is dropped and read from the history`(bounds: RoomReplica.Bounds) {
        var replica = replica(bounds: bounds)
        _ = replica.subscribed(head: history.head(at: 2), common: .empty, historyChanged: false)
        for sequence in 3...5 { #expect(replica.pushed(history[sequence]) == []) }
        #expect(replica.heldLiveEvents == 0)
        #expect(replica.pushed(history[6]) == [])
        #expect(replica.heldLiveEvents == 1)
        #expect(
            replica.history(history.page(1...2)) == delivered(1...2) + [.readHistory(after: 2, through: 5)])
        #expect(replica.history(history.page(3...5)) == delivered(3...6) + [.caughtUp(history.head(at: 6))])
    }

    @Test func `a missing live event is read from the history, and the later one is kept`() {
        var replica = replica()
        _ = replica.subscribed(head: .empty, common: .empty, historyChanged: false)
        #expect(replica.pushed(history[1]) == delivered(1...1))
        #expect(replica.pushed(history[4]) == [.readHistory(after: 1, through: 3)])
        #expect(replica.pushed(history[5]) == [])
        #expect(replica.history(history.page(2...3)) == delivered(2...5) + [.caughtUp(history.head(at: 5))])
    }

    @Test func `what was removed while it read is passed over`() {
        var replica = replica()
        _ = replica.subscribed(head: history.head(at: 8), common: .empty, historyChanged: false)
        #expect(
            replica.history(history.page(1...2)) == delivered(1...2) + [.readHistory(after: 2, through: 8)])
        #expect(replica.pushed(history[9]) == [])
        #expect(
            replica.history(history.page(5...6), first: 5)
                == delivered(5...6) + [.readHistory(after: 6, through: 8)])
        // What was held before is of no use any more.
        #expect(replica.held().map(\.sequence) == [6, 5])
        #expect(replica.history(history.page(7...8)) == delivered(7...9) + [.caughtUp(history.head(at: 9))])
    }

    @Test func `all that it asked for may have been removed`() {
        var replica = replica()
        _ = replica.subscribed(head: history.head(at: 4), common: .empty, historyChanged: false)
        for sequence in 5...8 { #expect(replica.pushed(history[sequence]) == []) }
        #expect(replica.history([], first: 7) == delivered(7...8) + [.caughtUp(history.head(at: 8))])
        #expect(replica.isLive)
        // Or all that there is: then the server's head is what it holds.
        var other = self.replica()
        _ = other.subscribed(head: history.head(at: 4), common: .empty, historyChanged: false)
        #expect(other.history([], first: 5) == [.caughtUp(history.head(at: 4))])
        #expect(other.held() == [history.head(at: 4)])
        #expect(other.pushed(history[5]) == delivered(5...5))
    }

    @Test func `a gap that nothing explains is a fault as ever`() {
        for first in [UInt64(0), 1, 3, 4] {
            var replica = replica()
            _ = replica.subscribed(head: history.head(at: 8), common: .empty, historyChanged: false)
            _ = replica.history(history.page(1...2))
            let fault = ReplicaFault.notDense(expected: max(3, first), got: 5)
            #expect(replica.history(history.page(5...6), first: first) == [.fail(fault)])
        }
        var replica = replica()
        _ = replica.subscribed(head: history.head(at: 8), common: .empty, historyChanged: false)
        #expect(replica.history([]) == [.fail(.historyEnded(after: 0))])
    }

    @Test func `who held what was removed begins anew where the history does`() {
        var replica = replica()
        _ = replica.subscribed(head: history.head(at: 3), common: .empty, historyChanged: false)
        _ = replica.history(history.page(1...3))
        replica.detach()
        #expect(
            replica.subscribed(head: history.head(at: 8), common: .empty, historyChanged: false, first: 6)
                == [.readHistory(after: 5, through: 8)])
        #expect(replica.history(history.page(6...8)) == delivered(6...8) + [.caughtUp(history.head(at: 8))])
    }

    @Test func `an event is delivered once, however often it comes`() {
        var replica = replica()
        _ = replica.subscribed(head: .empty, common: .empty, historyChanged: false)
        #expect(replica.pushed(history[1]) == delivered(1...1))
        #expect(replica.pushed(history[1]) == [])
    }

    @Test func `a gap while live is read from the history`() {
        var replica = replica()
        _ = replica.subscribed(head: .empty, common: .empty, historyChanged: false)
        #expect(replica.gap(history.head(at: 3)) == [.readHistory(after: 0, through: 3)])
        #expect(replica.pushed(history[4]) == [])
        #expect(replica.history(history.page(1...3)) == delivered(1...4) + [.caughtUp(history.head(at: 4))])
        #expect(replica.gap(history.head(at: 2)) == [])
    }

    @Test func `a gap while history is read extends the reading beyond all that was held`() {
        var replica = replica()
        _ = replica.subscribed(head: history.head(at: 2), common: .empty, historyChanged: false)
        #expect(replica.pushed(history[3]) == [])
        #expect(replica.pushed(history[4]) == [])
        #expect(replica.gap(history.head(at: 3)) == [])
        #expect(
            replica.history(history.page(1...2)) == delivered(1...2) + [.readHistory(after: 2, through: 4)])
        #expect(replica.history(history.page(3...4)) == delivered(3...4) + [.caughtUp(history.head(at: 4))])
    }

    @Test func `after a lost connection it resumes behind the last event it delivered`() {
        var replica = replica()
        _ = replica.subscribed(head: .empty, common: .empty, historyChanged: false)
        for sequence in 1...4 { _ = replica.pushed(history[sequence]) }
        replica.detach()
        #expect(replica.pushed(history[5]) == [])
        #expect(replica.held(max: 2) == [history.head(at: 4), history.head(at: 3)])
        #expect(
            replica.subscribed(head: history.head(at: 6), common: history.head(at: 4), historyChanged: false)
                == [.readHistory(after: 4, through: 6)])
        #expect(replica.history(history.page(5...6)) == delivered(5...6) + [.caughtUp(history.head(at: 6))])
    }

    @Test func `nothing is read when nothing happened meanwhile`() {
        var replica = replica()
        _ = replica.subscribed(head: .empty, common: .empty, historyChanged: false)
        _ = replica.pushed(history[1])
        replica.detach()
        #expect(
            replica.subscribed(head: history.head(at: 1), common: history.head(at: 1), historyChanged: false)
                == [.caughtUp(history.head(at: 1))])
    }

    @Test func `live events held when the connection was lost are read again`() {
        var replica = replica()
        _ = replica.subscribed(head: history.head(at: 2), common: .empty, historyChanged: false)
        _ = replica.pushed(history[3])
        replica.detach()
        #expect(
            replica.subscribed(head: history.head(at: 3), common: .empty, historyChanged: false)
                == [.readHistory(after: 0, through: 3)])
    }

    @Test func `in another history it forgets what follows the common point`() {
        let other = history.forked(after: 4, adding: 3, flavour: 9)
        var replica = replica()
        _ = replica.subscribed(head: .empty, common: .empty, historyChanged: false)
        for sequence in 1...6 { _ = replica.pushed(history[sequence]) }
        replica.detach()
        #expect(
            replica.subscribed(head: other.head, common: other.head(at: 4), historyChanged: true)
                == [.forget(after: 4), .readHistory(after: 4, through: 7)])
        #expect(replica.history(other.page(5...7)) == delivered(5...7, of: other) + [.caughtUp(other.head)])
        #expect(replica.held().contains(other.head(at: 6)))
        #expect(!replica.held().contains(history.head(at: 6)))
    }

    @Test func `in a history with nothing in common it begins again`() {
        let other = SampleHistory(count: 2, flavour: 9)
        var replica = replica()
        _ = replica.subscribed(head: .empty, common: .empty, historyChanged: false)
        _ = replica.pushed(history[1])
        replica.detach()
        #expect(
            replica.subscribed(head: other.head, common: .empty, historyChanged: true)
                == [.forget(after: 0), .readHistory(after: 0, through: 2)])
        #expect(replica.history(other.page(1...2)) == delivered(1...2, of: other) + [.caughtUp(other.head)])
    }

    @Test func `a common point that it never held is refused`() {
        let other = SampleHistory(count: 3, flavour: 9)
        var replica = replica()
        _ = replica.subscribed(head: .empty, common: .empty, historyChanged: false)
        for sequence in 1...3 { _ = replica.pushed(history[sequence]) }
        replica.detach()
        #expect(
            replica.subscribed(head: other.head, common: other.head(at: 2), historyChanged: true)
                == [.fail(.unknownCommonPoint(2))])
    }
}

extension RoomReplicaTests {
    @Test func `reading after a sequence begins behind it`() {
        var replica = replica(.after(6))
        #expect(
            replica.subscribed(head: history.head(at: 8), common: .empty, historyChanged: false)
                == [.readHistory(after: 6, through: 8)])
        #expect(replica.history(history.page(7...8)) == delivered(7...8) + [.caughtUp(history.head(at: 8))])
    }

    @Test func `reading after a sequence that is not there yet waits for it`() {
        var replica = replica(.after(6))
        #expect(
            replica.subscribed(head: history.head(at: 4), common: .empty, historyChanged: false)
                == [.caughtUp(history.head(at: 4))])
        #expect(replica.pushed(history[5]) == [])
        #expect(replica.pushed(history[6]) == [])
        #expect(replica.pushed(history[7]) == delivered(7...7))
    }

    @Test func `the most recent events are those before the head`() {
        var replica = replica(.recent(3))
        #expect(
            replica.subscribed(head: history.head, common: .empty, historyChanged: false)
                == [.readHistory(after: 7, through: 10)])
        var other = self.replica(.recent(30))
        #expect(
            other.subscribed(head: history.head, common: .empty, historyChanged: false)
                == [.readHistory(after: 0, through: 10)])
        var live = self.replica(.recent(0))
        #expect(
            live.subscribed(head: history.head(at: 9), common: .empty, historyChanged: false)
                == [.caughtUp(history.head(at: 9))])
        #expect(live.pushed(history[10]) == delivered(10...10))
    }

    @Test func `a reader of live events misses none that came while it was away`() {
        var replica = replica(.recent(0))
        _ = replica.subscribed(head: .empty, common: .empty, historyChanged: false)
        replica.detach()
        #expect(
            replica.subscribed(head: history.head(at: 2), common: .empty, historyChanged: false)
                == [.readHistory(after: 0, through: 2)])
    }

    @Test func `the first event of a reader in the middle is held to the stated head`() {
        let other = SampleHistory(count: 10, flavour: 9)
        var replica = replica(.after(6))
        _ = replica.subscribed(head: history.head(at: 8), common: .empty, historyChanged: false)
        let actions = replica.history(other.page(7...8))
        #expect(actions.last == .fail(.otherHead(at: 8)))
    }

    @Test func `an event that breaks the chain is never delivered`() {
        let other = SampleHistory(count: 10, flavour: 9)
        var replica = replica()
        _ = replica.subscribed(head: .empty, common: .empty, historyChanged: false)
        _ = replica.pushed(history[1])
        #expect(replica.pushed(other[2]) == [.fail(.brokenChain(at: 2))])
        #expect(replica.pushed(history[2]) == [])
    }

    @Test func `content that is not the hashed content is refused, also in the middle`() {
        let event = history[7].event
        let forged = Event(
            room: event.room, sequence: 7, id: event.id, author: event.author, at: event.at,
            content: [1, 2, 3], salt: event.salt, link: event.link, sendID: nil)
        var replica = replica(.after(5))
        _ = replica.subscribed(head: history.head(at: 7), common: .empty, historyChanged: false)
        _ = replica.history([history[6]])
        #expect(
            replica.history([HistoryEvent(event: forged, authorName: "ada")]) == [.fail(.brokenChain(at: 7))])
    }

    @Test func `erased content still verifies`() {
        let event = history[1].event
        let erased = Event(
            room: event.room, sequence: 1, id: event.id, author: event.author, at: event.at, content: [],
            salt: event.salt, contentDigest: history.contentDigest(of: event), link: event.link, sendID: nil)
        let entry = HistoryEvent(event: erased, authorName: "ada")
        var replica = replica()
        _ = replica.subscribed(head: .empty, common: .empty, historyChanged: false)
        #expect(replica.pushed(entry) == [.deliver(entry)])
        #expect(replica.pushed(history[2]) == delivered(2...2))
    }

    @Test func `a server that contradicts itself is caught`() {
        var first = replica()
        _ = first.subscribed(head: history.head(at: 3), common: .empty, historyChanged: false)
        #expect(first.history([]) == [.fail(.historyEnded(after: 0))])

        var second = replica()
        _ = second.subscribed(head: history.head(at: 3), common: .empty, historyChanged: false)
        #expect(second.history(history.page(2...3)) == [.fail(.notDense(expected: 1, got: 2))])

        var third = replica()
        _ = third.subscribed(head: .empty, common: .empty, historyChanged: false)
        for sequence in 1...3 { _ = third.pushed(history[sequence]) }
        third.detach()
        #expect(
            third.subscribed(head: history.head(at: 2), common: history.head(at: 2), historyChanged: false)
                == [.fail(.headWentBack(from: 3, to: 2))])

        var fourth = replica()
        let lie = Head(sequence: 2, link: history.head(at: 3).link)
        _ = fourth.subscribed(head: lie, common: .empty, historyChanged: false)
        #expect(fourth.history(history.page(1...2)).last == .fail(.otherHead(at: 2)))

        var fifth = replica()
        _ = fifth.subscribed(head: .empty, common: .empty, historyChanged: false)
        #expect(fifth.subscribed(head: .empty, common: .empty, historyChanged: false) == [.fail(.unexpected)])

        var sixth = replica()
        _ = sixth.subscribed(head: .empty, common: .empty, historyChanged: false)
        let stranger = SampleHistory(room: RoomID(high: 8, low: 8), count: 1)
        #expect(sixth.pushed(stranger[1]) == [.fail(.otherRoom)])
    }

    @Test func `checkpoints stay few, keep the last, and thin out backwards`() {
        let long = SampleHistory(count: 1_000, size: 1)
        var checkpoints = Checkpoints()
        for sequence in 1...1_000 { checkpoints.note(long.head(at: sequence)) }
        #expect(checkpoints.heads.count <= 10)
        #expect(checkpoints.last == long.head)
        #expect(checkpoints.latest(3).map(\.sequence) == [1_000, 999, 998])
        #expect(checkpoints.link(at: 512) == long.head(at: 512).link)
        checkpoints.forget(after: 998)
        #expect(checkpoints.last?.sequence == 998)
        // Never further back than half of what is missing beyond it: a common point is always near.
        for held in 1...1_000 {
            var some = Checkpoints()
            for sequence in 1...held { some.note(Head(sequence: UInt64(sequence), link: .zero)) }
            let sequences = [0] + some.heads.map(\.sequence)
            for (lower, upper) in zip(sequences, sequences.dropFirst()) {
                #expect(upper - lower <= max(1, UInt64(held) - upper) * 2 + 1 || lower == 0)
            }
        }
    }
}
