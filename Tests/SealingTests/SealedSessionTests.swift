import Chat
import Sealing
import Testing
import Wire

/// The server's half of a sealed conversation, line by line, against a client that seals for real.
@Suite struct SealedSessionTests {
    private static let second: Int64 = 1_000_000_000
    private static let minute = 60 * second

    private static func code(_ action: Session.Action?) -> DisconnectCode? {
        if case .close(let code, _)? = action { code } else { nil }
    }

    @Test func aConversationGoesOnThroughAChangeOfKeys() {
        let talk = SealedTalk()
        talk.logIn()
        for number in UInt64(3)..<8 {
            #expect(talk.say(.request(.ping), number) == .request(number, .ping))
            #expect(talk.hear(.pong(Timestamp(milliseconds: 1)), number) == number)
            #expect(talk.changeKeys(now: 0))
        }
    }

    @Test func aDrainingSessionChangesKeysToo() {
        let talk = SealedTalk()
        talk.logIn()
        #expect(talk.drain() == .announceDraining)
        #expect(talk.changeKeys(now: 0))
    }

    @Test func whoDoesNotSealIsSentAwayOnlyWhereSealingIsRequired() {
        for requires in [true, false] {
            var session = Session(limits: .standard, requiresSealing: requires, now: 0)
            let action = session.receive(SealedTalk.hello(shares: []).span, now: 0)
            #expect((Self.code(action) == .sealingRequired) == requires)
            let isClosed = session.isClosed
            #expect(isClosed == requires, "required: \(requires)")
        }
    }

    // MARK: what does not open

    @Test func aPlainFrameBehindTheHelloIsBroken() {
        let talk = SealedTalk()
        let login = ClientMessageEncoder.encode(.authenticate(.token("t")), request: 2)
        #expect(Self.code(talk.receive(FrameEncoder.frame(of: login))) == .sealBroken)
    }

    @Test func nothingFollowsTheHelloInItsFrame() {
        let login = ClientMessageEncoder.encode(.authenticate(.token("t")), request: 2)
        let talk = SealedTalk(behindHello: login)
        #expect(Self.code(talk.next()) == .unexpected)
    }

    @Test func aFrameMayHaveWhatSealingAddsToItsLimit() {
        for excess in [0, 1] {
            let talk = SealedTalk()
            let payload = [UInt8](
                repeating: 0, count: Limits.standard.frameBytesBeforeAuthentication + excess)
            let action = talk.receive(talk.client.frame(of: payload))
            #expect(Self.code(action) == (excess == 0 ? .malformed : .frameTooLarge))
        }
    }

    @Test func afterABrokenFrameNothingIsTaken() {
        let talk = SealedTalk()
        talk.logIn()
        var frame = talk.seal(.request(.ping), 3)
        frame[frame.count - 1] ^= 1
        #expect(Self.code(talk.receive(frame + talk.seal(.request(.ping), 4))) == .sealBroken)
        #expect(talk.isClosed)
        let farewell = ServerMessageEncoder.encode(.disconnect(Disconnection(.sealBroken, detail: "")))
        #expect(talk.fromServer(farewell).count > farewell.count + 4, "it is sealed")
    }

    // MARK: the choreography

    @Test func stepsOutOfPlaceEndTheConnection() {
        let plain = SealedTalk(seals: false)
        plain.logIn()
        #expect(Self.code(plain.say(.rekey(plain.anyShare), 3)) == .unexpected)
        let early = SealedTalk()
        #expect(Self.code(early.say(.rekey(early.anyShare), 3)) == .unexpected)
        let unasked = SealedTalk()
        unasked.logIn()
        #expect(Self.code(unasked.say(.rekeyDone, 3)) == .unexpected)
        let twice = SealedTalk()
        twice.logIn()
        #expect(twice.beginRekey(now: 0))
        #expect(Self.code(twice.say(.rekey(twice.anyShare), 4)) == .unexpected)
        let bad = SealedTalk()
        bad.logIn()
        guard case .changeKeys(let number, let share) = bad.say(.rekey(SealShare(group: .p256, key: [4])), 3)
        else { return #expect(Bool(false), "it is not looked into yet") }
        let answer = bad.session.answerRekey(request: number, share, by: bad.sealing, now: 0)
        #expect(Self.code(answer) == .malformed)
    }

    @Test func nothingFollowsRekeyDoneInItsFrame() {
        let talk = SealedTalk()
        talk.logIn()
        #expect(talk.beginRekey(now: 0))
        var frames = FrameEncoder(limit: 1_000, maxMessages: 2)
        frames.append(ClientMessageEncoder.encode(.rekeyDone, request: 0))
        frames.append(ClientMessageEncoder.encode(.request(.ping), request: 4))
        var bytes: [UInt8] = []
        talk.client.seal(&frames, into: &bytes)
        #expect(Self.code(talk.receive(bytes)) == .unexpected)
    }

    // MARK: time and number

    @Test func keysThatGrowOldEndTheConnection() {
        let talk = SealedTalk()
        talk.logIn()
        for minute in Int64(1)..<34 {
            let moment = minute * Self.minute
            #expect(talk.say(.request(.ping), 3, now: moment) == .request(3, .ping))
            #expect(talk.session.next(now: moment) == .needMoreBytes)
        }
        #expect(talk.changeKeys(now: 34 * Self.minute))
        for minute in Int64(35)..<69 {
            let moment = minute * Self.minute
            #expect(talk.say(.request(.ping), 3, now: moment) == .request(3, .ping))
            #expect(talk.expire(now: moment) == nil)
        }
        #expect(talk.deadline == 69 * Self.minute)
        #expect(Self.code(talk.expire(now: 69 * Self.minute)) == .rekeyOverdue)
    }

    @Test func aClientThatDoesNotSwitchIsSentAway() {
        let talk = SealedTalk()
        talk.logIn()
        #expect(talk.beginRekey(now: 10 * Self.second))
        for moment in [40 * Self.second, 84 * Self.second] {
            _ = talk.say(.request(.ping), 3, now: moment)
            #expect(talk.expire(now: moment) == nil)
        }
        #expect(talk.deadline == 85 * Self.second)
        #expect(Self.code(talk.expire(now: 85 * Self.second)) == .rekeyOverdue)
    }

    @Test func keysThatHaveSealedEnoughEndTheConnection() {
        var limits = Limits.standard
        limits.framesOfAGeneration = 20
        let asking = SealedTalk(limits: limits)
        asking.logIn()
        // The login was the first.
        for number in UInt64(2)...20 {
            #expect(asking.say(.request(.ping), number) == .request(number, .ping))
        }
        #expect(Self.code(asking.say(.request(.ping), 21)) == .rekeyOverdue)
        let hearing = SealedTalk(limits: limits)
        hearing.logIn()
        for number in UInt64(1)...20 {
            #expect(!hearing.hasWornOutKeys)
            #expect(hearing.hear(.done, number) == number)
        }
        #expect(!hearing.hasWornOutKeys)
        #expect(hearing.changeKeys(now: 0))
        for number in UInt64(1)...21 { #expect(hearing.hear(.done, number) == number) }
        #expect(hearing.hasWornOutKeys)
    }
}
