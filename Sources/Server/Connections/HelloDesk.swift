package import Chat
import Native
package import Wire

/// Answers clients' hellos: what the server offers, and the proof of who it is. Any thread.
package struct HelloDesk: Sendable {
    private let identity: ServerIdentity
    private let incarnation: Incarnation
    private let serverName: String
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

    /// `channelBinding` is what both ends know of their TLS connection, or empty.
    package func answer(_ greeting: Session.Greeting, channelBinding: [UInt8]) -> ServerHello {
        let now = Timestamp(milliseconds: WallClock.milliseconds())
        let nonce = SecureRandom.bytes(count: ClientOffer.nonceBytes)
        let offer = ServerOffer(
            version: greeting.version, server: identity.server, incarnation: incarnation, time: now,
            nonce: nonce,
            limits: limits, serverName: serverName, agent: agent)
        return identity.hello(
            answering: greeting.offerBytes, with: offer, channelBinding: channelBinding, now: now)
    }
}
