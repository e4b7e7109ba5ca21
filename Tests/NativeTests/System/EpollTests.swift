import Native
import Testing

/// This target is compiled with strict memory safety and warnings as errors: that these tests compile shows
/// that the API needs no `unsafe` of its callers.
struct EpollTests {
    @Test func tokenComesBackUnchangedInAllItsBits() throws {
        let epoll = try Epoll()
        let wakeUp = try WakeUp()
        var events = EpollEvents(capacity: 4)
        let token: UInt64 = 0xfedc_ba98_7654_3210
        try epoll.add(wakeUp, token: token, interest: [.read, .edgeTriggered])
        wakeUp.signal()
        try epoll.wait(into: &events, timeout: .seconds(10))
        #expect(events.count == 1)
        #expect(events[0] == EpollEvents.Event(token: token, readiness: .readable))
    }

    @Test func modifyReplacesTheToken() throws {
        let epoll = try Epoll()
        let wakeUp = try WakeUp()
        var events = EpollEvents(capacity: 4)
        try epoll.add(wakeUp, token: 1, interest: .read)
        try epoll.modify(wakeUp, token: 2, interest: .read)
        wakeUp.signal()
        try epoll.wait(into: &events, timeout: .zero)
        #expect(events.count == 1)
        #expect(events[0].token == 2)
    }

    @Test func anEdgeIsToldOnceAndALevelAgain() throws {
        let epoll = try Epoll()
        let edge = try WakeUp()
        let level = try WakeUp()
        var events = EpollEvents(capacity: 4)
        try epoll.add(edge, token: 1, interest: [.read, .edgeTriggered])
        try epoll.add(level, token: 2, interest: .read)
        edge.signal()
        level.signal()
        try epoll.wait(into: &events, timeout: .zero)
        #expect(events.count == 2)
        try epoll.wait(into: &events, timeout: .zero)
        #expect(events.count == 1)
        #expect(events[0].token == 2)
    }

    @Test func aRemovedSourceIsSilent() throws {
        let epoll = try Epoll()
        let wakeUp = try WakeUp()
        var events = EpollEvents(capacity: 4)
        try epoll.add(wakeUp, token: 1, interest: .read)
        try epoll.remove(wakeUp)
        wakeUp.signal()
        try epoll.wait(into: &events, timeout: .zero)
        #expect(events.count == 0)
    }

    @Test func aWaitBringsNoMoreEventsThanThereIsRoom() throws {
        let epoll = try Epoll()
        let first = try WakeUp()
        let second = try WakeUp()
        var events = EpollEvents(capacity: 1)
        try epoll.add(first, token: 1, interest: [.read, .edgeTriggered])
        try epoll.add(second, token: 2, interest: [.read, .edgeTriggered])
        first.signal()
        second.signal()
        try epoll.wait(into: &events, timeout: .zero)
        let one = events[0].token
        try epoll.wait(into: &events, timeout: .zero)
        #expect(Set([one, events[0].token]) == [1, 2])
    }

    @Test func addingTwiceIsRefused() throws {
        let epoll = try Epoll()
        let wakeUp = try WakeUp()
        try epoll.add(wakeUp, token: 1, interest: .read)
        #expect { try epoll.add(wakeUp, token: 1, interest: .read) } throws: { error in
            (error as? IOError)?.reason == .alreadyExists
        }
    }

    #if DEBUG
    @Test func anInterruptedWaitIsAnEmptyTurn() throws {
        let epoll = try Epoll()
        let wakeUp = try WakeUp()
        var events = EpollEvents(capacity: 4)
        try epoll.add(wakeUp, token: 1, interest: .read)
        wakeUp.signal()
        try FaultPlan.force(.interrupted, on: "epoll_wait") {
            try epoll.wait(into: &events, timeout: nil)
            #expect(events.count == 0)
            try epoll.wait(into: &events, timeout: nil)
            #expect(events.count == 1)
        }
    }
    #endif
}
