import Chat
import Client
import Testing
import Wire

@Suite("Outgoing sends")
struct OutgoingTests {
    private let room = RoomID(high: 1, low: 1)

    private func message(_ number: UInt64, size: Int = 1) -> SendMessage {
        SendMessage(
            room: room, id: SendID(high: 0, low: number),
            body: MessageBody(bytes: [UInt8](repeating: 65, count: size)))
    }

    private func filled(_ count: UInt64) -> Outgoing {
        var outgoing = Outgoing()
        for number in 1...count { #expect(outgoing.append(message(number)) == true) }
        return outgoing
    }

    private func drain(
        _ outgoing: inout Outgoing, window: Int = 100, bytes: Int = 1_000, now: Duration = .zero
    ) -> [UInt64] {
        var numbers: [UInt64] = []
        while let next = outgoing.next(window: window, windowBytes: bytes, now: now) {
            numbers.append(next.id.low)
        }
        return numbers
    }

    @Test func `are written in order, no more than the window`() {
        var outgoing = filled(5)
        #expect(drain(&outgoing, window: 3) == [1, 2, 3])
        #expect(outgoing.acknowledge(message(2).id) == true)
        #expect(drain(&outgoing, window: 3) == [4])
        #expect(outgoing.inFlight == 3)
        #expect(outgoing.count == 4)
    }

    @Test func `are written no more than the window's bytes, but one of any size`() {
        var outgoing = Outgoing()
        for (number, size) in [(1, 60), (2, 40), (3, 1), (4, 500), (5, 1)] as [(UInt64, Int)] {
            #expect(outgoing.append(message(number, size: size)) == true)
        }
        #expect(drain(&outgoing, bytes: 100) == [1, 2])
        #expect(outgoing.inFlightBytes == 100)
        #expect(outgoing.acknowledge(message(2).id) == true)
        #expect(drain(&outgoing, bytes: 100) == [3])
        #expect(outgoing.acknowledge(message(1).id) == true)
        // The fourth waits for an empty window, and the fifth for the fourth.
        #expect(drain(&outgoing, bytes: 100) == [])
        #expect(outgoing.acknowledge(message(3).id) == true)
        #expect(drain(&outgoing, bytes: 100) == [4])
        let busy = RefusalNotice(Refusal(.busy, retryAfter: .seconds(1)))
        #expect(outgoing.refuse(message(4).id, busy, now: .zero) == .retries(at: .seconds(1)))
        #expect(outgoing.inFlightBytes == 0)
        #expect(drain(&outgoing, bytes: 100, now: .seconds(1)) == [4])
        outgoing.connectionLost()
        #expect(outgoing.inFlightBytes == 0)
        #expect(drain(&outgoing, bytes: 100) == [4])
        #expect(outgoing.acknowledge(message(4).id) == true)
        #expect(drain(&outgoing, bytes: 100) == [5])
    }

    @Test func `are acknowledged once`() {
        var outgoing = filled(1)
        _ = drain(&outgoing)
        #expect(outgoing.acknowledge(message(1).id) == true)
        #expect(outgoing.acknowledge(message(1).id) == false)
        #expect(outgoing.isEmpty)
        #expect(outgoing.bytes == 0)
    }

    @Test func `are written again after a lost connection, in order, without those acknowledged`() {
        var outgoing = filled(5)
        #expect(drain(&outgoing, window: 4) == [1, 2, 3, 4])
        _ = outgoing.acknowledge(message(1).id)
        _ = outgoing.acknowledge(message(3).id)
        outgoing.connectionLost()
        #expect(outgoing.inFlight == 0)
        #expect(drain(&outgoing) == [2, 4, 5])
    }

    @Test(arguments: [RefusalCode.busy, .unknownOutcome, .draining])
    func `are kept under their id when the refusal may be retried`(code: RefusalCode) {
        var outgoing = filled(3)
        #expect(drain(&outgoing, window: 2) == [1, 2])
        let refusal = RefusalNotice(Refusal(code, retryAfter: .milliseconds(100)))
        #expect(
            outgoing.refuse(message(1).id, refusal, now: .seconds(1)) == .retries(at: .milliseconds(1_100)))
        #expect(drain(&outgoing, now: .milliseconds(1_099)) == [])
        #expect(outgoing.pause(at: .milliseconds(1_099)) == .milliseconds(1_100))
        #expect(drain(&outgoing, now: .milliseconds(1_100)) == [1, 3])
        #expect(outgoing.pause(at: .milliseconds(1_100)) == nil)
    }

    @Test func `that were refused together are written again in their order`() {
        var outgoing = filled(4)
        _ = drain(&outgoing)
        for number in [3, 1, 2] as [UInt64] {
            _ = outgoing.refuse(message(number).id, RefusalNotice(Refusal(.busy)), now: .zero)
        }
        #expect(drain(&outgoing, now: .seconds(1)) == [1, 2, 3])
    }

    @Test(arguments: RefusalCode.allCases)
    func `are given up exactly when a retry cannot help`(code: RefusalCode) {
        var outgoing = filled(1)
        _ = drain(&outgoing)
        let verdict = outgoing.refuse(message(1).id, RefusalNotice(Refusal(code)), now: .zero)
        let kept: Set<RefusalCode> = [
            .busy, .unknownOutcome, .draining, .auditUnavailable, .rateLimited, .providerUnavailable,
            .storageLow,
        ]
        let isKept = kept.contains(code)
        #expect((verdict == .reported) == !isKept)
        #expect(outgoing.isEmpty == !isKept)
    }

    @Test func `a refusal of what nobody waits for changes nothing`() {
        var outgoing = filled(1)
        #expect(outgoing.refuse(message(9).id, RefusalNotice(Refusal(.busy)), now: .zero) == .unknownSend)
        #expect(outgoing.refuse(message(1).id, RefusalNotice(Refusal(.busy)), now: .zero) == .unknownSend)
        #expect(drain(&outgoing) == [1])
    }

    @Test func `a pause ends with the connection`() {
        var outgoing = filled(2)
        _ = drain(&outgoing)
        _ = outgoing.refuse(
            message(2).id, RefusalNotice(Refusal(.unknownOutcome, retryAfter: .seconds(60))), now: .zero)
        outgoing.connectionLost()
        #expect(drain(&outgoing) == [1, 2])
    }

    @Test func `are bounded in number and bytes, and an id waits once`() {
        var outgoing = Outgoing(maxMessages: 2, maxBytes: 10)
        #expect(outgoing.append(message(1, size: 6)) == true)
        #expect(outgoing.append(message(2, size: 5)) == false)
        #expect(outgoing.append(message(1, size: 1)) == false)
        #expect(outgoing.append(message(2, size: 4)) == true)
        #expect(outgoing.append(message(3, size: 0)) == false)
        _ = outgoing.acknowledge(message(1).id)
        #expect(outgoing.append(message(3, size: 6)) == true)
    }

    @Test func `are abandoned in their order`() {
        var outgoing = filled(3)
        _ = drain(&outgoing, window: 1)
        #expect(outgoing.abandon().map(\.low) == [1, 2, 3])
        #expect(outgoing.isEmpty && outgoing.inFlight == 0 && outgoing.bytes == 0)
    }

    @Test func `survive any mixture of losses, refusals and acknowledgements, each acknowledged once`() {
        var random = SplitMix(seed: 11)
        for _ in 0..<200 {
            var outgoing = Outgoing()
            var waiting: Set<UInt64> = []
            var acknowledged: Set<UInt64> = []
            var number: UInt64 = 0
            var now = Duration.zero
            for _ in 0..<200 {
                now += .milliseconds(50)
                switch random.next() % 5 {
                case 0:
                    number += 1
                    #expect(outgoing.append(message(number)) == true)
                case 1: waiting.formUnion(drain(&outgoing, window: 4, now: now))
                case 2:
                    guard let some = waiting.randomElement(using: &random) else { continue }
                    waiting.remove(some)
                    #expect(outgoing.acknowledge(message(some).id) == true)
                    #expect(acknowledged.insert(some).inserted)
                case 3:
                    guard let some = waiting.randomElement(using: &random) else { continue }
                    waiting.remove(some)
                    _ = outgoing.refuse(message(some).id, RefusalNotice(Refusal(.busy)), now: now)
                default:
                    outgoing.connectionLost()
                    waiting = []
                }
                #expect(outgoing.inFlight == waiting.count && outgoing.inFlightBytes == waiting.count)
            }
            outgoing.connectionLost()
            #expect(Set(drain(&outgoing)).union(acknowledged).count == Int(number))
            #expect(outgoing.count + acknowledged.count == Int(number))
        }
    }
}
