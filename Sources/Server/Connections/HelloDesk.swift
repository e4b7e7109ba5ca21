package import Chat
package import Native
import Security
package import Wire

/// Answers clients' hellos: what the server offers, and the proof of who it is. Any thread.
package struct HelloDesk: Sendable {
    private let identity: ServerIdentity
    private let incarnation: Incarnation
    let serverName: String
    private let agent: String
    private let limits: StatedLimits
    private let trustedProxies: [IPNetwork]
    /// Told of each login and each end without the sealed layer.
    package let unsealed = UnsealedConnections()
    private let replays: ReplayDetector

    package init(
        identity: ServerIdentity, incarnation: Incarnation, serverName: String, agent: String,
        trustedProxies: [IPNetwork] = [], limits: Limits
    ) {
        self.identity = identity
        self.incarnation = incarnation
        self.serverName = serverName
        self.agent = agent
        self.limits = StatedLimits(limits)
        self.trustedProxies = trustedProxies
        let random = SecureRandom()
        replays = ReplayDetector(
            most: limits.hellosRemembered, memory: limits.helloMemory,
            key: SipHash(key: random.next(), random.next()))
    }

    /// Somebody said this hello before; `now` is the monotonic clock's, in nanoseconds.
    package func isRepeated(_ offer: ClientOffer, now: Int64) -> Bool {
        replays.isRepeated(offer.nonce, now: now)
    }

    /// What the hello is bound to; `nil` where TLS does not end in the same place at both ends, and no proxy
    /// that the operator trusts explains it.
    /// - Parameter exported: by this end of TLS.
    package func channelBinding(
        of offer: ClientOffer, exported: () -> [UInt8], from peer: IPAddress
    ) -> [UInt8]? {
        guard offer.channelBinding == .tlsExporter else { return [] }
        let own = exported()
        // Who does not state it finds out himself, by the signature.
        guard !offer.exporter.isEmpty, offer.exporter != own else { return own }
        return trustedProxies.contains { $0.contains(peer) } ? offer.exporter : nil
    }

    /// What is said, and the keys of the sealed layer that it leads to.
    package struct Answer {
        package let hello: ServerHello
        /// `nil` for a client that does not seal.
        package let generation: SealGeneration?
    }

    /// `channelBinding` is what both ends know of their TLS connection, or empty. `nil` when the client's key
    /// share is none.
    package func answer(
        _ greeting: Session.Greeting, channelBinding: [UInt8], sealing: any SealCryptography
    ) -> Answer? {
        let exchange = greeting.share.map { sealing.makeExchange($0.group) }
        let now = Timestamp(milliseconds: WallClock.milliseconds())
        let nonce = SecureRandom.bytes(count: ClientOffer.nonceBytes)
        let offer = ServerOffer(
            version: greeting.version, server: identity.server, incarnation: incarnation, time: now,
            nonce: nonce,
            limits: limits, serverName: serverName, agent: agent, keyShare: exchange?.share)
        let (hello, transcript) = identity.hello(
            answering: greeting.offerBytes, with: offer, channelBinding: channelBinding,
            known: greeting.offer.knownIdentity, now: now)
        guard let exchange, let share = greeting.share else { return Answer(hello: hello, generation: nil) }
        let generation = exchange.agree(with: share, after: .hello(NativeHashing().sha256(transcript)))
        return generation.map { Answer(hello: hello, generation: $0) }
    }
}
