import Chat
import FoundationEssentials

/// What a client proposes at the start of a connection.
package struct ClientOffer: Hashable, Sendable {
    package static let nonceBytes = 32
    /// How long `agent` may be, and each of at most so many capabilities.
    package static let textBytes = 128

    package let versions: ClosedRange<UInt32>
    package let capabilities: [String]
    /// 32 random bytes.
    package let nonce: [UInt8]
    /// Program and version, for the log.
    package let agent: String
    package let channelBinding: ChannelBinding
    /// One for each group that the client can seal by, the best first; none: it cannot.
    package let keyShares: [SealShare]

    package init(
        versions: ClosedRange<UInt32> = ProtocolVersion.supported, capabilities: [String] = [],
        nonce: [UInt8],
        agent: String, channelBinding: ChannelBinding, keyShares: [SealShare] = []
    ) {
        self.versions = versions
        self.capabilities = capabilities
        self.nonce = nonce
        self.agent = agent
        self.channelBinding = channelBinding
        self.keyShares = keyShares
    }

    package func encoded() -> [UInt8] {
        var offer = ProtoClientOffer()
        offer.leastVersion = versions.lowerBound
        offer.mostVersion = versions.upperBound
        offer.capabilities = capabilities
        offer.nonce = .init(nonce)
        offer.agent = agent
        offer.channelBinding =
            switch channelBinding {
            case .none: .none
            case .tlsExporter: .tlsExporter
            }
        offer.keyShares = keyShares.map(ProtoKeyShare.init)
        return offer.bytes()
    }

    /// `nil` when the bytes are no offer: undecodable, an empty range of versions, a nonce of another size,
    /// a channel binding that this version does not know, a text that is too long or has control characters.
    /// Shares of unknown groups are passed over.
    package init?(encoded: [UInt8]) {
        guard let offer = ProtoClientOffer(decoding: encoded), offer.nonce.count == Self.nonceBytes,
            offer.leastVersion >= 1, offer.leastVersion <= offer.mostVersion,
            offer.capabilities.count <= Self.textBytes,
            ([offer.agent] + offer.capabilities).allSatisfy(Self.isLine)
        else { return nil }
        switch offer.channelBinding {
        case .none: channelBinding = .none
        case .tlsExporter: channelBinding = .tlsExporter
        case .UNRECOGNIZED: return nil
        }
        versions = offer.leastVersion...offer.mostVersion
        capabilities = offer.capabilities
        nonce = Array(offer.nonce)
        agent = offer.agent
        keyShares = offer.keyShares.compactMap(\.model)
    }

    /// What may stand in a log: nothing that begins another line of it.
    private static func isLine(_ text: String) -> Bool {
        text.utf8.count <= textBytes && !PlainText.hasControl(text.utf8.span, allowingLines: false)
    }
}

/// What ties the hello's transcript to the connection that carries it.
package enum ChannelBinding: Hashable, Sendable {
    /// For clients that cannot see their TLS connection.
    case none
    /// RFC 9266: 32 bytes of the TLS exporter.
    case tlsExporter

    /// RFC 9266, section 2.
    package static let exporterLabel = "EXPORTER-Channel-Binding"
    package static let exporterBytes = 32
}

/// The versions of this protocol.
package enum ProtocolVersion {
    package static let supported: ClosedRange<UInt32> = 1...1
    /// What TLS names it by (ALPN).
    package static let applicationProtocol = "securechat/1"

    /// The greatest version that both speak; `nil` when there is none.
    package static func common(_ one: ClosedRange<UInt32>, _ other: ClosedRange<UInt32> = supported)
        -> UInt32?
    {
        let most = min(one.upperBound, other.upperBound)
        return one.contains(most) && other.contains(most) ? most : nil
    }
}
