/// One end of a connection's sealed layer: seals what leaves, opens what arrives, and changes keys while both
/// go on.
///
/// Owned by one connection, used on its thread. The choreography of a rekey, which the client begins:
/// ```
/// client                                   server
/// beginRekey     ── Rekey ──▸              answerRekey
/// finishRekey    ◂── Rekeyed ──            switchSending
/// switchSending  ── RekeyDone ──▸          peerSwitched
/// ```
/// The frames with Rekeyed and with RekeyDone are the last under their side's old key, which is erased then.
/// A nonce is never used twice by construction: it is made from a counter that only `seal` moves, and a new
/// key comes with a new counter.
package struct Seal: ~Copyable {
    private struct Direction {
        var key: any SealKey
        var sequence: UInt64 = 0

        init(_ key: any SealKey) { self.key = key }
    }

    private enum Rekey {
        case none
        /// Client: `Rekey` was said, `Rekeyed` is awaited.
        case begun(any SealExchange)
        /// The next key to send with, until the frame that says so is out; on the server also the next key to
        /// receive with, until the client says that it has switched.
        case switching(sending: any SealKey, receiving: (any SealKey)?)
        /// Server: sends by the new key already, and still receives by the old.
        case awaitingPeer(receiving: any SealKey)
    }

    private let side: SealSide
    private var chain: any SealChain
    private var sending: Direction
    private var receiving: Direction
    private var rekey = Rekey.none

    package init(side: SealSide, generation: SealGeneration) {
        self.side = side
        chain = generation.chain
        sending = Direction(side == .client ? generation.client : generation.server)
        receiving = Direction(side == .client ? generation.server : generation.client)
    }

    /// Frames of the busier direction since the keys last changed.
    package var framesOfGeneration: UInt64 { max(sending.sequence, receiving.sequence) }
    /// Whether a change of keys is under way.
    package var isRekeying: Bool { if case .none = rekey { false } else { true } }

    // MARK: frames

    /// Ends the frames and appends them sealed: they are sealed where they are put together.
    package mutating func seal(_ frames: inout FrameEncoder, into bytes: inout [UInt8]) {
        var place = bytes.count
        frames.finish(into: &bytes, spare: SealedFrame.overhead)
        while place < bytes.count {
            let end = place + FrameDecoder.headerBytes + Self.length(bytes, at: place)
            sending.key.seal(place..<end, of: &bytes, sequence: sending.sequence)
            sending.sequence += 1
            place = end
        }
    }

    /// As `FrameEncoder.frame`, sealed.
    package mutating func frame(of message: [UInt8]) -> [UInt8] {
        var frames = FrameEncoder(of: message)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(frames.count + SealedFrame.overhead)
        seal(&frames, into: &bytes)
        return bytes
    }

    /// The payload that the peer sealed.
    package mutating func open(_ sealed: Span<UInt8>) throws(FrameError) -> [UInt8] {
        let header = Self.header(sealed.count)
        guard sealed.count > SealedFrame.overhead,
            let payload = receiving.key.open(sealed, header: header.span, sequence: receiving.sequence)
        else { throw .sealBroken }
        receiving.sequence += 1
        return payload
    }

    // MARK: rekeying, the client's part

    /// What to say in `Rekey`. Only while no rekey is under way.
    package mutating func beginRekey(_ group: SealGroup, by cryptography: any SealCryptography) -> SealShare {
        guard side == .client, case .none = rekey else {
            preconditionFailure("Seal.beginRekey: not the client's turn")
        }
        let exchange = cryptography.makeExchange(group)
        rekey = .begun(exchange)
        return exchange.share
    }

    /// The server's answer: its next frame is under the new key. Answer with `RekeyDone` as the last message
    /// of a frame, then call `switchSending`. False when the answer is none, or nobody asked.
    package mutating func finishRekey(with share: SealShare) -> Bool {
        guard case .begun(let exchange) = rekey, share.group == exchange.share.group,
            let next = exchange.agree(with: share, after: .generation(chain))
        else { return false }
        chain = next.chain
        receiving = Direction(next.server)
        rekey = .switching(sending: next.client, receiving: nil)
        return true
    }

    // MARK: rekeying, the server's part

    /// What to say in `Rekeyed`, as the last message of a frame; then call `switchSending`. `nil` when the
    /// share is none, or a rekey is under way already.
    package mutating func answerRekey(_ share: SealShare, by cryptography: any SealCryptography) -> SealShare?
    {
        guard side == .server, case .none = rekey else { return nil }
        let exchange = cryptography.makeExchange(share.group)
        guard let next = exchange.agree(with: share, after: .generation(chain)) else { return nil }
        chain = next.chain
        rekey = .switching(sending: next.server, receiving: next.client)
        return exchange.share
    }

    /// `RekeyDone` was the last message of its frame: the client's next one is under the new key. False when
    /// it comes unasked.
    package mutating func peerSwitched() -> Bool {
        guard case .awaitingPeer(let key) = rekey else { return false }
        receiving = Direction(key)
        rekey = .none
        return true
    }

    // MARK: rekeying, both

    /// The frame that says so is sealed: from the next one on the new key is used.
    package mutating func switchSending() {
        guard case .switching(let key, let next) = rekey else {
            preconditionFailure("Seal.switchSending: there is no key to switch to")
        }
        sending = Direction(key)
        rekey = next.map { .awaitingPeer(receiving: $0) } ?? .none
    }

    private static func header(_ length: Int) -> [4 of UInt8] {
        [4 of UInt8] { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) }
    }

    private static func length(_ bytes: [UInt8], at place: Int) -> Int {
        (0..<FrameDecoder.headerBytes).reduce(0) { $0 << 8 | Int(bytes[place + $1]) }
    }
}
