import Chat
import Sealing
import Testing
import Wire

@Suite struct SealTests {
    private static let text = Array("what they say to each other".utf8)

    @Test(arguments: SealGroup.allCases) func whatIsSealedIsOpened(group: SealGroup) {
        let pair = SealedPair(group)
        for number in UInt8(0)..<20 {
            let sealed = pair.fromClient(Self.text + [number])
            #expect(sealed.count == Self.text.count + 1 + SealedFrame.overhead)
            #expect(pair.atServer(sealed) == Self.text + [number])
            let answer = pair.fromServer([number])
            #expect(pair.atClient(answer) == [number])
        }
    }

    @Test func manyFramesAreSealedOneByOne() {
        let pair = SealedPair()
        var encoder = FrameEncoder(limit: 8, maxMessages: 1)
        for number in UInt8(1)...3 { encoder.append([number]) }
        var decoder = FrameDecoder(limit: 100)
        var sealed: [UInt8] = [1, 2]
        pair.client.seal(&encoder, into: &sealed)
        #expect(encoder.isEmpty && sealed.prefix(2) == [1, 2], "behind what was there")
        decoder.append(Array(sealed.dropFirst(2)).span)
        for number in UInt8(1)...3 {
            guard let payload = try? decoder.next() else { return #expect(Bool(false), "a frame is missing") }
            #expect(pair.atServer(payload) == [number])
        }
    }

    @Test func everyFlippedBitIsFound() {
        let pair = SealedPair()
        let sealed = pair.fromClient(Self.text)
        for index in sealed.indices {
            for bit in [UInt8(1), 0x80] {
                var changed = sealed
                changed[index] ^= bit
                #expect(pair.atServer(changed) == nil)
            }
        }
        #expect(pair.atServer(Array(sealed.dropLast())) == nil)
        #expect(pair.atServer(sealed + [0]) == nil)
        #expect(pair.atServer([]) == nil)
        #expect(pair.atServer(sealed) == Self.text, "what was refused moved nothing")
    }

    @Test func replayReorderingAndLossAreFound() {
        let pair = SealedPair()
        let (first, second, third) = (pair.fromClient([1]), pair.fromClient([2]), pair.fromClient([3]))
        #expect(pair.atServer(second) == nil, "out of order")
        #expect(pair.atServer(first) == [1])
        #expect(pair.atServer(first) == nil, "twice")
        #expect(pair.atServer(third) == nil, "one is missing")
        #expect(pair.atServer(second) == [2])
    }

    @Test func nothingCanBePlayedBackToWhoeverSaidIt() {
        let pair = SealedPair()
        let sealed = pair.fromClient([1])
        #expect(pair.atClient(sealed) == nil)
        #expect(pair.atServer(sealed) == [1])
    }

    @Test func endsThatHeardDifferentHellosDoNotUnderstandEachOther() {
        let pair = SealedPair(serverHeard: NativeDigest.of([1]))
        let sealed = pair.fromClient([1])
        #expect(pair.atServer(sealed) == nil)
    }

    @Test func sharesOfAnotherGroupAreRefused() {
        let cryptography = NativeSealing()
        let exchange = cryptography.makeExchange(.x25519)
        let other = cryptography.makeExchange(.p256)
        #expect(exchange.agree(with: other.share, after: .hello(.zero)) == nil)
        let lie = SealShare(group: .x25519, key: other.share.key)
        #expect(exchange.agree(with: lie, after: .hello(.zero)) == nil)
    }

    // MARK: contexts

    /// More pairs than there are contexts, each beyond the frames that earn one: whoever had to give way, or
    /// comes where another was, still seals by keys of their own.
    @Test func contextsThatChangeHandsKeepNobodysKeys() {
        let cryptography = NativeSealing()
        var pairs = (0..<700).map { _ in SealedPair(sharing: cryptography) }
        func chat(_ rounds: Int) {
            for round in 0..<rounds {
                for pair in pairs {
                    let text = Self.text + [UInt8(truncatingIfNeeded: round)]
                    #expect(pair.atServer(pair.fromClient(text)) == text)
                    #expect(pair.atClient(pair.fromServer(text)) == text)
                }
            }
        }
        chat(20)
        for index in stride(from: 0, to: pairs.count, by: 3) {
            pairs[index] = SealedPair(sharing: cryptography)
        }
        chat(20)
    }

    // MARK: rekeying

    @Test(arguments: SealGroup.allCases) func keysChangeWhileBothGoOn(group: SealGroup) {
        let pair = SealedPair()
        for round in UInt8(0)..<5 {
            #expect(pair.rekey(group))
            #expect(pair.isRekeying == (false, false))
            #expect(pair.framesOfGeneration == (0, 0), "a new key, a new counter")
            let (asked, said) = (pair.fromClient([round]), pair.fromServer([round]))
            #expect(pair.atServer(asked) == [round])
            #expect(pair.atClient(said) == [round])
        }
    }

    @Test func whatIsUnderWayDuringARekeyArrives() throws {
        let pair = SealedPair()
        let share = pair.beginRekey(.x25519)
        let asked = [pair.fromClient([1]), pair.fromClient([2])]
        let said = pair.fromServer([3])
        #expect(pair.atServer(asked[0]) == [1])
        let answer = try #require(pair.serverAnswers(share))
        let rekeyed = pair.fromServer([4])
        pair.server.switchSending()
        let later = pair.fromServer([5])
        #expect(pair.atServer(asked[1]) == [2], "the client still sends by the old key")
        #expect(pair.atClient(said) == [3])
        #expect(pair.atClient(later) == nil, "not before the switch")
        #expect(pair.atClient(rekeyed) == [4])
        #expect(pair.clientFinishes(answer))
        #expect(pair.atClient(later) == [5])
        let done = pair.fromClient([6])
        pair.client.switchSending()
        let first = pair.fromClient([7])
        #expect(pair.atServer(first) == nil, "not before the switch")
        #expect(pair.atServer(done) == [6])
        #expect(pair.serverHearsOfSwitch())
        #expect(pair.atServer(first) == [7])
    }

    @Test func framesOfAnEarlierGenerationAreRefused() {
        let pair = SealedPair()
        let old = pair.fromClient([1])
        #expect(pair.atServer(old) == [1])
        #expect(pair.rekey(.x25519))
        #expect(pair.atServer(old) == nil)
    }

    @Test func stepsThatNobodyAskedForAreRefused() {
        let pair = SealedPair()
        let share = pair.cryptography.makeExchange(.x25519).share
        #expect(!pair.clientFinishes(share))
        #expect(!pair.serverHearsOfSwitch())
        #expect(pair.serverAnswers(SealShare(group: .x25519, key: [1])) == nil)
        #expect(
            pair.clientAnswers(share) == nil,
            "the client asks, the server answers")
        #expect(pair.serverAnswers(share) != nil)
        #expect(pair.serverAnswers(share) == nil, "one at a time")
    }

    @Test func aRekeyByAnotherHandLeadsToOtherKeys() throws {
        let pair = SealedPair()
        _ = pair.beginRekey(.x25519)
        // Somebody in between puts a share of their own in the client's place.
        let stranger = pair.cryptography.makeExchange(.x25519).share
        let answer = try #require(pair.serverAnswers(stranger))
        #expect(pair.clientFinishes(answer))
        pair.server.switchSending()
        let sealed = pair.fromServer([1])
        #expect(pair.atClient(sealed) == nil)
    }
}
