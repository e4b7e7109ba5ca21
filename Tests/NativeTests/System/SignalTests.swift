import Glibc
import Native
import Testing

/// In processes of their own: a blocked signal stays blocked. raise(3) strikes the calling thread, the only
/// one of the child that is sure to have the signal blocked.
struct SignalTests {
    @Test func aSignalArrivesAsAnEvent() async {
        await #expect(processExitsWith: .exitCode(0)) {
            let signals = try SignalDescriptor([.terminate, .hangUp])
            let none = try signals.next()
            try #require(none == nil)
            try #require(raise(Signal.hangUp.rawValue) == 0)
            let first = try signals.wait(timeout: .seconds(10))
            try #require(first == .hangUp)
            let epoll = try Epoll()
            var events = EpollEvents(capacity: 1)
            try epoll.add(signals, token: 3, interest: .read)
            try #require(raise(Signal.terminate.rawValue) == 0)
            try epoll.wait(into: &events, timeout: .seconds(10))
            try #require(events.count == 1)
            let second = try signals.next()
            try #require(second == .terminate)
        }
    }

    @Test func waitingInVainEnds() async {
        await #expect(processExitsWith: .exitCode(0)) {
            let signals = try SignalDescriptor([.terminate])
            let none = try signals.wait(timeout: .milliseconds(1))
            try #require(none == nil)
        }
    }
}
