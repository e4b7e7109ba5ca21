import Reactor
import Testing

@Suite struct ReadinessTests {
    /// Every combination of what the kernel has said and what the owner wants.
    private static let combinations = (0..<32).map { bits in
        Readiness(
            mayRead: bits & 1 != 0, mayWrite: bits & 2 != 0, peerFinished: bits & 4 != 0,
            wantsRead: bits & 8 != 0,
            wantsWrite: bits & 16 != 0)
    }

    @Test(arguments: combinations)
    func theLoopSleepsOnlyWhenTheKernelOwesAnEdge(readiness: Readiness) {
        // A wanted direction that may proceed will not be announced again; any other will be, or is not
        // wanted.
        let readIsOurs = readiness.mayRead && readiness.wantsRead
        let writeIsOurs = readiness.mayWrite && readiness.wantsWrite
        #expect(readiness.shouldRead == readIsOurs)
        #expect(readiness.shouldWrite == writeIsOurs)
        #expect(readiness.maySleep == !(readIsOurs || writeIsOurs))
    }

    @Test(arguments: combinations)
    func aShortReadDrainsUnlessThePeerHasFinished(before: Readiness) {
        var short = before
        short.didRead(10, of: 64)
        #expect(short.mayRead == (before.mayRead && before.peerFinished))
        var full = before
        full.didRead(64, of: 64)
        #expect(full == before)
        var blocked = before
        blocked.readWouldBlock()
        #expect(!blocked.mayRead)
    }

    @Test(arguments: combinations)
    func aShortWriteWaitsForAnEdge(before: Readiness) {
        var short = before
        short.didWrite(3, of: 4)
        #expect(!short.mayWrite && !short.shouldWrite)
        var whole = before
        whole.didWrite(4, of: 4)
        #expect(whole == before)
        short.edge(readable: false, writable: true, peerFinished: false)
        #expect(short.mayWrite)
        #expect(short.mayRead == before.mayRead)
    }

    @Test func anEdgeIsRememberedWhileReadingIsPaused() {
        var readiness = Readiness()
        readiness.want(read: false)
        readiness.edge(readable: true, writable: false, peerFinished: false)
        #expect(readiness.maySleep)
        readiness.want(read: true)
        #expect(readiness.shouldRead)
    }

    @Test func theEndOfTheStreamIsReadEvenAfterAShortRead() {
        var readiness = Readiness()
        readiness.edge(readable: true, writable: false, peerFinished: true)
        readiness.didRead(1, of: 64)
        #expect(readiness.shouldRead)
    }

    @Test func aBrokenDescriptorWakesBothDirections() {
        var readiness = Readiness(wantsWrite: true)
        readiness.edge(readable: false, writable: false, peerFinished: false, broken: true)
        #expect(readiness.shouldRead && readiness.shouldWrite && readiness.isBroken)
    }
}
