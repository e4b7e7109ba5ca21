import Chat
import Native
import Sealing
import Wire

/// Both ends of a sealed connection, after a hello that they agree about.
final class SealedPair {
    var client: Seal
    var server: Seal
    let cryptography: NativeSealing

    /// - Parameter sharing: a thread's other pairs' cryptography.
    init(
        _ group: SealGroup = .x25519, serverHeard: Digest = .zero, sharing: NativeSealing = NativeSealing()
    ) {
        cryptography = sharing
        let (one, other) = (cryptography.makeExchange(group), cryptography.makeExchange(group))
        guard let ours = one.agree(with: other.share, after: .hello(.zero)),
            let theirs = other.agree(with: one.share, after: .hello(serverHeard))
        else { preconditionFailure("two honest ends agree") }
        client = Seal(side: .client, generation: ours)
        server = Seal(side: .server, generation: theirs)
    }

    /// The payload of a frame, as it goes over the wire: without its length.
    func fromClient(_ payload: [UInt8]) -> [UInt8] {
        Self.payload(client.frame(of: payload))
    }

    func fromServer(_ payload: [UInt8]) -> [UInt8] {
        Self.payload(server.frame(of: payload))
    }

    func atServer(_ sealed: [UInt8]) -> [UInt8]? { try? server.open(sealed.span) }
    func atClient(_ sealed: [UInt8]) -> [UInt8]? { try? client.open(sealed.span) }

    func beginRekey(_ group: SealGroup) -> SealShare { client.beginRekey(group, by: cryptography) }
    func serverAnswers(_ share: SealShare) -> SealShare? { server.answerRekey(share, by: cryptography) }
    func clientAnswers(_ share: SealShare) -> SealShare? { client.answerRekey(share, by: cryptography) }
    func clientFinishes(_ share: SealShare) -> Bool { client.finishRekey(with: share) }
    func serverHearsOfSwitch() -> Bool { server.peerSwitched() }
    var isRekeying: (client: Bool, server: Bool) { (client.isRekeying, server.isRekeying) }
    var framesOfGeneration: (client: UInt64, server: UInt64) {
        (client.framesOfGeneration, server.framesOfGeneration)
    }

    /// A whole rekey, with what each side says on the way.
    func rekey(_ group: SealGroup) -> Bool {
        let share = beginRekey(group)
        guard atServer(fromClient([1])) == [1],
            let answer = server.answerRekey(share, by: cryptography)
        else { return false }
        let rekeyed = fromServer([2])
        server.switchSending()
        guard atClient(rekeyed) == [2], client.finishRekey(with: answer) else { return false }
        let done = fromClient([3])
        client.switchSending()
        return atServer(done) == [3] && server.peerSwitched()
    }

    private static func payload(_ frame: [UInt8]) -> [UInt8] {
        Array(frame.dropFirst(FrameDecoder.headerBytes))
    }
}
