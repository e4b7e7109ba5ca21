package import Chat
import Native
package import Security
import Synchronization
package import Wire

/// The server's proof of who it is: the long-lived RSA key that clients pin, and the short-lived P-256
/// credential that it vouches for and that signs each hello.
///
/// Used by all loops at once. The credential is renewed when half of its life is over; the loop that notices
/// makes the new one (some milliseconds of RSA) while the others go on with the old.
package final class ServerIdentity: Sendable {
    private struct State {
        var current: IssuedCredential
        var isRenewing = false
    }

    package let server: ServerID
    private let lifetime: Duration
    // Lock tier 9: a leaf, held to copy a reference.
    private let state: Mutex<State>

    /// `lifetime` is `Limits.credentialLifetime`.
    package init(record: IdentityRecord, server: ServerID, lifetime: Duration, now: Timestamp) {
        precondition(lifetime > .zero, "a credential lives for some time")
        self.server = server
        self.lifetime = lifetime
        let identity = ShownIdentity(record)
        state = Mutex(State(current: Self.issue(by: identity, for: server, lifetime: lifetime, now: now)))
    }

    package var fingerprint: Fingerprint { state.withLock { $0.current.identity.record.fingerprint } }

    /// The server has another identity key: the next hello is said with it. Connections that stand stay.
    package func adopt(_ record: IdentityRecord, now: Timestamp) {
        let identity = ShownIdentity(record)
        let issued = Self.issue(by: identity, for: server, lifetime: lifetime, now: now)
        state.withLock { $0 = State(current: issued) }
    }

    /// The server's half of a hello, and the transcript that it signs. `channelBinding` is what both ends
    /// know of their TLS connection, or empty; `known` the fingerprint that the client trusts.
    package func hello(
        answering clientOffer: [UInt8], with offer: ServerOffer, channelBinding: [UInt8],
        known: Digest? = nil, now: Timestamp
    ) -> (hello: ServerHello, transcript: [UInt8]) {
        let issued = credential(at: now)
        let offerBytes = offer.encoded()
        let changes = issued.identity.changes(since: known)
        let transcript = Transcript.signed(
            channelBinding: channelBinding, clientOffer: clientOffer, serverOffer: offerBytes,
            identityKey: issued.identity.publicKey, credential: issued.bytes, changes: changes)
        let hello = ServerHello(
            offer: offerBytes, credential: issued.bytes, credentialSignature: issued.signature,
            transcriptSignature: issued.sign(transcript), identityKey: issued.identity.publicKey,
            changes: changes)
        return (hello, transcript)
    }

    /// The credential to say hello with, valid at `now`. One hello uses one of them throughout.
    package func credential(at now: Timestamp) -> IssuedCredential {
        let (current, isOurs) = state.withLock { state in
            let credential = state.current.credential
            let isValid = credential.notBefore <= now && now < credential.notAfter
            let isDue = !isValid || now >= credential.notAfter.advanced(by: .zero - lifetime / 2)
            // One renews for all; but nobody says hello with a credential that is out of its time, as after a
            // clock's step or a long sleep of the machine.
            guard isDue, !state.isRenewing || !isValid else { return (state.current, false) }
            state.isRenewing = true
            return (state.current, true)
        }
        guard isOurs else { return current }
        let renewed = Self.issue(by: current.identity, for: server, lifetime: lifetime, now: now)
        return state.withLock { state in
            // Another identity was adopted meanwhile: what it issued is newer.
            if state.current.identity === current.identity { state = State(current: renewed) }
            return state.current
        }
    }

    private static func issue(
        by identity: ShownIdentity, for server: ServerID, lifetime: Duration, now: Timestamp
    ) -> IssuedCredential {
        let credentialKey = CredentialKey.generate()
        var random = SecureRandom()
        let credential = Credential(
            id: CredentialID(at: now, random: &random), server: server, notBefore: now,
            notAfter: now.advanced(by: lifetime), publicKey: credentialKey.publicPoint,
            identityNumber: identity.record.number)
        return IssuedCredential(credential: credential, by: identity, key: credentialKey)
    }
}
