import Chat
import FoundationEssentials

extension ProtoScope {
    /// `nil` for none, and for one that this version does not know.
    var model: Scopes? {
        switch self {
        case .read: .read
        case .send: .send
        case .join: .join
        case .rooms: .rooms
        case .account: .account
        case .unspecified, .UNRECOGNIZED: nil
        }
    }
}

extension Scopes {
    /// Those of a key; none of a device, which has all.
    var protocolScopes: [ProtoScope] {
        guard !contains(.device) else { return [] }
        return [.read, .send, .join, .rooms, .account].filter { $0.model.map { contains($0) } == true }
    }

    /// What a newer version knows besides is passed over.
    init(_ scopes: [ProtoScope]) {
        self = scopes.compactMap(\.model).reduce(into: []) { $0.formUnion($1) }
    }
}

extension ProtoKeyMade {
    init(_ key: KeyReceipt) {
        self.init()
        token = key.token
        session = .init(key.session.bytes)
        expires = key.expiresAt.milliseconds
    }

    var model: KeyReceipt? {
        LoginSessionID(bytes: session).map {
            KeyReceipt(token: token, session: $0, expiresAt: Timestamp(milliseconds: expires))
        }
    }
}
