import Chat
import Native
import Reactor
import Sealing
import Wire

/// One connection of the crowd. The generator's loop only.
final class LoadClient {
    let number: Int
    let token: String
    let channel: Channel
    /// Index of its room, once it has one.
    var room: Int?
    var isSubscribed = false
    /// Of its room: the last sequence that it was sent.
    var lastSequence: UInt64 = 0
    private var decoder: FrameDecoder

    // MARK: the sealed layer

    private let offer: ClientOffer
    private var exchange: (any SealExchange)?
    private var seal: Seal?

    /// Without `sealing` its frames are not sealed: for a server that does not ask for it.
    init(number: Int, token: String, channel: Channel, sealing: NativeSealing?) {
        self.number = number
        self.token = token
        self.channel = channel
        decoder = FrameDecoder(limit: Limits.standard.frameBytes + SealedFrame.overhead)
        exchange = sealing?.makeExchange(.x25519)
        offer = ClientOffer(
            nonce: SecureRandom.bytes(count: ClientOffer.nonceBytes), agent: "load", channelBinding: .none,
            keyShares: exchange.map { [$0.share] } ?? [])
    }

    func say(_ message: ClientMessage, request: UInt64) {
        let bytes = ClientMessageEncoder.encode(message, request: request)
        channel.write(seal?.frame(of: bytes) ?? FrameEncoder.frame(of: bytes))
    }

    func greet(request: UInt64) { say(.hello(offer: offer.encoded()), request: request) }

    /// Seals from here on, if it offered to. False when the server's answer does not fit.
    func begin(_ hello: ServerHello) -> Bool {
        guard let exchange else { return true }
        self.exchange = nil
        let transcript = Transcript.signed(
            channelBinding: [], clientOffer: offer.encoded(), serverOffer: hello.offer,
            identityKey: hello.identityKey, credential: hello.credential)
        guard let share = ServerOffer(encoded: hello.offer)?.keyShare,
            let digest = Digest(bytes: SHA256.digest(transcript).span),
            let generation = exchange.agree(with: share, after: .hello(digest))
        else { return false }
        seal = Seal(side: .client, generation: generation)
        return true
    }

    /// Hands over every message that is complete.
    func receive(_ bytes: Span<UInt8>, _ deliver: (Arrival) -> Void) {
        decoder.append(bytes)
        while true {
            do throws(FrameError) {
                guard let payload = try decoder.next(opening: &seal) else { return }
                var messages = FieldWalk(payload, payload.indices)
                while let (_, field) = messages.next() {
                    if case .bytes(let range) = field { deliver(Arrival(payload, range)) }
                }
                if messages.isMalformed { deliver(.malformed) }
            } catch {
                return deliver(.malformed)
            }
        }
    }
}
