import Chat
import Client
import Testing
import Wire

/// When a client changes the keys of its sealed layer, and what it does about a server that does not.
@Suite struct KeyChangeTests {
    private static let minute = Duration.seconds(60)

    private static func share(in heard: [ScriptedServer.Heard]) -> SealShare? {
        for case .rekey(let share) in heard.map(\.message) { return share }
        return nil
    }

    /// Answers pings until the client changes keys: what it offers, and when.
    private static func waitForRekey(_ server: ScriptedServer) -> SealShare? {
        let end = server.now + minute * 40
        while server.now < end {
            server.advanceToDeadline()
            let heard = server.takeHeard()
            if let share = share(in: heard) { return share }
            for message in heard where message.message == .request(.ping) {
                server.say(.pong(ScriptedServer.wallClock), request: message.request)
            }
        }
        return nil
    }

    @Test func anIdleClientChangesKeysAboutEveryThirtyMinutes() throws {
        let server = ScriptedServer()
        server.begin()
        var moments: [Duration] = []
        var last = Duration.zero
        for _ in 0..<4 {
            let begun = server.now
            let share = try #require(Self.waitForRekey(server))
            server.sayRekeyed(to: share)
            #expect(server.takeHeard().map(\.message) == [.rekeyDone])
            #expect(server.now - begun >= Self.minute * 27)
            #expect(server.now - begun <= Self.minute * 33)
            moments.append(server.now - last)
            last = server.now
        }
        #expect(Set(moments).count > 1, "not all at the same time")
        // And it still understands.
        _ = server.machine.perform(.ping, now: server.now)
        server.settle()
        server.say(.pong(ScriptedServer.wallClock), request: server.lastRequest)
        #expect(server.takeTold().contains { if case .answered = $0 { true } else { false } })
    }

    @Test func aBusyClientChangesKeysBeforeTheyHaveSealedTooMuch() throws {
        let server = ScriptedServer { $0.rekeyFrames = 10 }
        server.begin()
        for _ in 0..<9 {
            #expect(Self.share(in: server.takeHeard()) == nil)
            _ = server.machine.perform(.ping, now: server.now)
            server.settle()
        }
        _ = server.machine.perform(.ping, now: server.now)
        server.settle()
        let share = try #require(Self.share(in: server.takeHeard()))
        server.sayRekeyed(to: share)
        #expect(server.takeHeard().map(\.message) == [.rekeyDone])
    }

    @Test func aServerThatDoesNotAnswerIsLeft() throws {
        let server = ScriptedServer()
        server.begin()
        _ = try #require(Self.waitForRekey(server))
        let begun = server.now
        while server.closes == 0, server.now < begun + .seconds(200) {
            // It answers everything else.
            for heard in server.takeHeard() where heard.message == .request(.ping) {
                server.say(.pong(ScriptedServer.wallClock), request: heard.request)
            }
            server.advanceToDeadline()
        }
        #expect(server.closes == 1)
        #expect(server.now == begun + .seconds(75))
    }

    @Test func anAnswerThatNobodyAskedForEndsTheConnection() {
        let server = ScriptedServer()
        server.begin()
        server.say(.rekeyed(SealShare(group: .x25519, key: [UInt8](repeating: 9, count: 32))))
        #expect(server.closes == 1)
    }

    @Test func aMessageBehindRekeyedEndsTheConnection() throws {
        let server = ScriptedServer()
        server.begin()
        let share = try #require(Self.waitForRekey(server))
        server.say([(.rekeyed(share), 0), (.done, 0)])
        #expect(server.closes == 1)
        #expect(server.takeHeard().isEmpty)
    }

    // MARK: the hello

    @Test func aServerThatDoesNotSealIsRefusedForGood() {
        let server = ScriptedServer()
        server.seals = false
        server.machine.start(now: .zero)
        server.settle()
        server.accept()
        server.say(server.hello())
        guard case .ended(.distrusted(let reason)?)? = server.takeTold().last else {
            return #expect(Bool(false), "it ended")
        }
        #expect(reason.contains("does not seal"))
        #expect(server.takeHeard().count == 1, "the hello, and no word about who asks")
    }

    @Test func whatIsNotSealedIsNotTaken() {
        let server = ScriptedServer()
        server.begin()
        server.sayBytes(FrameEncoder.frame(of: ServerMessageEncoder.encode(.done)))
        #expect(server.closes == 1)
    }

    @Test func eachByteOfASealedFrameCounts() {
        let count = FrameEncoder.frame(of: ServerMessageEncoder.encode(.done)).count + SealedFrame.overhead
        for place in FrameDecoder.headerBytes..<count {
            let server = ScriptedServer()
            server.begin()
            var bytes = server.sealed(.done)
            bytes[place] ^= 1
            server.sayBytes(bytes)
            #expect(server.closes == 1, "byte \(place)")
        }
    }

    @Test func aServersFrameCountsOnce() {
        let server = ScriptedServer()
        server.begin()
        let frame = server.sealed(.draining(reconnectAfter: .zero))
        server.sayBytes(frame)
        #expect(server.closes == 0)
        server.sayBytes(frame)
        #expect(server.closes == 1)
    }

    @Test func aServersFrameMustNotBeLeftOut() {
        let server = ScriptedServer()
        server.begin()
        _ = server.sealed(.draining(reconnectAfter: .zero))
        server.sayBytes(server.sealed(.draining(reconnectAfter: .zero)))
        #expect(server.closes == 1)
    }
}
