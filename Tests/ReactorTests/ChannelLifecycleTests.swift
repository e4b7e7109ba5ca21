import Native
import Reactor
import Testing

@Suite struct ChannelLifecycleTests {
    @Test func anAcceptedChannelLivesThroughItsStates() {
        var life = ChannelLifecycle(.handshaking)
        #expect(life.established() == .announce)
        #expect(life.flushed(peerFinished: false) == .nothing)
        #expect(life.finish(.byApplication) == .flush)
        #expect(life.flushed(peerFinished: false) == .linger)
        #expect(life.streamEnded(.truncated) == .close)
        #expect(life.release() == .byApplication)
        #expect(life.state == .closed)
    }

    @Test func aConnectingChannelHandshakesOnlyWhenItIsSecured() {
        var secured = ChannelLifecycle(.connecting)
        #expect(secured.connected(isSecured: true) == .beginHandshake)
        #expect(secured.state == .handshaking)
        var plain = ChannelLifecycle(.connecting)
        #expect(plain.connected(isSecured: false) == .announce)
        #expect(plain.state == .open)
    }

    @Test func aPeerThatHasFinishedNeedsNoLingering() {
        var life = ChannelLifecycle(.open)
        #expect(life.streamEnded(.byPeer) == .flush)
        #expect(life.flushed(peerFinished: true) == .close)
        #expect(life.release() == .byPeer)
    }

    /// State before, and what `finish`, `fail` and `streamEnded` each answer there.
    private static let closings: [(ChannelLifecycle.State, [ChannelLifecycle.Action])] = [
        (.connecting, [.close, .close, .close]),
        (.handshaking, [.flush, .close, .close]),
        (.open, [.flush, .close, .flush]),
        (.finishing(.byPeer), [.nothing, .close, .nothing]),
        (.lingering(.byPeer), [.nothing, .close, .close]),
        (.closing(.byPeer), [.nothing, .nothing, .nothing]),
        (.closed, [.nothing, .nothing, .nothing]),
    ]

    @Test(arguments: closings.indices)
    func everyStateKnowsHowItEnds(row: Int) {
        let (state, answers) = Self.closings[row]
        var finished = ChannelLifecycle(state)
        var failed = finished
        var ended = finished
        #expect(
            [finished.finish(.slowReader), failed.fail(.slowReader), ended.streamEnded(.slowReader)]
                == answers)
    }

    @Test func theFirstReasonCounts() {
        var life = ChannelLifecycle(.open)
        #expect(life.finish(.byApplication) == .flush)
        #expect(life.fail(.slowReader) == .close)
        #expect(life.fail(.loopEnded) == .nothing)
        #expect(life.release() == .byApplication)
    }
}
