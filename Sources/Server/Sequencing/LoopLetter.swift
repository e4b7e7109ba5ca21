package import Chat
package import Reactor
package import Security
package import Wire

/// What other threads tell a client loop.
package enum LoopLetter: Sendable {
    /// From the sequencer: a batch is stored.
    case committed([LoopItem])
    /// From the work pool: an encoded page of a history; it settles a request.
    case page(ChannelID, [UInt8])
    /// From the work pool: an encoded answer; it settles a request.
    case answer(ChannelID, [UInt8])
    /// From the work pool and the state writer: who wants to log in is who he says, or is not.
    case login(ChannelID, request: UInt64, Result<ProvenLogin, Refusal>)
    /// From a loop: a person who is writing in a room, and the encoded notice for those who follow it.
    case typing(RoomID, PersonID, [UInt8])
    /// From the composition: end every connection with this code.
    case disconnectAll(DisconnectCode, String)
}

/// A proven login that the sequencer has still to accept.
package struct ProvenLogin: Hashable, Sendable {
    package let person: PersonID
    /// Of the person's sessions, for which it was proved.
    package let epoch: UInt32
    /// The session that the connection is of: it ends with it.
    package let session: LoginSessionID
    /// What the session may be used for.
    package let scopes: Scopes
    /// When a key ends, and its connections with it; `nil` for a device.
    package let keyExpiresAt: Timestamp?
    /// For the client to keep; `nil` when the one it came with is still good.
    package let tokens: GivenTokens?
    /// For the device to keep; `nil` when it is known already.
    package let device: String?
    package let password: LoginChange?
    /// Of the second factor; used up by the sequencer, before the login is answered.
    package let code: CodeUse?
    /// What the address has back when the login succeeds.
    package let charge: RateLimiter.LoginCharge?

    package init(
        person: PersonID, epoch: UInt32, session: LoginSessionID, scopes: Scopes = .ofDevices,
        keyExpiresAt: Timestamp? = nil, tokens: GivenTokens? = nil, device: String? = nil,
        password: LoginChange? = nil, code: CodeUse? = nil, charge: RateLimiter.LoginCharge? = nil
    ) {
        self.person = person
        self.epoch = epoch
        self.session = session
        self.scopes = scopes
        self.keyExpiresAt = keyExpiresAt
        self.tokens = tokens
        self.device = device
        self.password = password
        self.code = code
        self.charge = charge
    }
}
