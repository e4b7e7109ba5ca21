package import Chat
import Native
import Security
package import Wire

/// Answers clients' hellos: what the server offers, and the proof of who it is. Any thread.
package struct HelloDesk: Sendable {
    private let identity: ServerIdentity
    private let incarnation: Incarnation
    let serverName: String
    private let agent: String
    private let limits: StatedLimits

    package init(
        identity: ServerIdentity, incarnation: Incarnation, serverName: String, agent: String, limits: Limits
    ) {
        self.identity = identity
        self.incarnation = incarnation
        self.serverName = serverName
        self.agent = agent
        self.limits = StatedLimits(limits)
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
            answering: greeting.offerBytes, with: offer, channelBinding: channelBinding, now: now)
        guard let exchange, let share = greeting.share else { return Answer(hello: hello, generation: nil) }
        let generation = exchange.agree(with: share, after: .hello(NativeHashing().sha256(transcript)))
        return generation.map { Answer(hello: hello, generation: $0) }
    }
}
