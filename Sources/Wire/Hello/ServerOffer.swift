package import Chat
import FoundationEssentials

/// What the server answers to a client's offer.
package struct ServerOffer: Hashable, Sendable {
    package let version: UInt32
    /// Those of the client's that are in force.
    package let capabilities: [String]
    package let server: ServerID
    package let incarnation: Incarnation
    package let time: Timestamp
    /// 32 random bytes.
    package let nonce: [UInt8]
    package let limits: StatedLimits
    package let serverName: String
    package let agent: String
    /// Of a group that the client offered: every frame after this hello is sealed. `nil`: none is.
    package let keyShare: SealShare?

    package init(
        version: UInt32, capabilities: [String] = [], server: ServerID, incarnation: Incarnation,
        time: Timestamp,
        nonce: [UInt8], limits: StatedLimits, serverName: String, agent: String, keyShare: SealShare? = nil
    ) {
        self.version = version
        self.capabilities = capabilities
        self.server = server
        self.incarnation = incarnation
        self.time = time
        self.nonce = nonce
        self.limits = limits
        self.serverName = serverName
        self.agent = agent
        self.keyShare = keyShare
    }

    package func encoded() -> [UInt8] {
        var offer = ProtoServerOffer()
        offer.version = version
        offer.capabilities = capabilities
        offer.serverID = .init(server.bytes)
        offer.incarnation = .init(incarnation.bytes)
        offer.time = time.milliseconds
        offer.nonce = .init(nonce)
        offer.limits = limits.message
        offer.serverName = serverName
        offer.agent = agent
        if let keyShare { offer.keyShares = [ProtoKeyShare(keyShare)] }
        return offer.bytes()
    }

    /// `nil` when the bytes are no offer.
    package init?(encoded: [UInt8]) {
        guard let offer = ProtoServerOffer(decoding: encoded), offer.nonce.count == ClientOffer.nonceBytes,
            let server = ServerID(bytes: offer.serverID),
            let incarnation = Incarnation(bytes: offer.incarnation)
        else { return nil }
        // A share that this version does not know cannot have been offered, and one is enough.
        let keyShare = offer.keyShares.first?.model
        guard offer.keyShares.count == (keyShare == nil ? 0 : 1) else { return nil }
        self.init(
            version: offer.version, capabilities: offer.capabilities, server: server,
            incarnation: incarnation,
            time: Timestamp(milliseconds: offer.time), nonce: Array(offer.nonce),
            limits: StatedLimits(offer.limits), serverName: offer.serverName, agent: offer.agent,
            keyShare: keyShare)
    }
}

/// Names an installation, for ever.
package typealias ServerID = Identifier<ServerOffer>
