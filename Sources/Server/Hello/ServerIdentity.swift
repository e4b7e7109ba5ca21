package import Chat
package import Native
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
    package let fingerprint: Fingerprint
    /// DER SubjectPublicKeyInfo, as the hello carries it.
    private let publicKey: [UInt8]
    private let key: IdentityKey
    private let lifetime: Duration
    // Lock tier 9: a leaf, held to copy a reference.
    private let state: Mutex<State>

    /// `lifetime` is `Limits.credentialLifetime`.
    package init(key: IdentityKey, server: ServerID, lifetime: Duration, now: Timestamp) {
        precondition(lifetime > .zero, "a credential lives for some time")
        self.key = key
        self.server = server
        self.lifetime = lifetime
        publicKey = key.publicKey
        fingerprint = Fingerprint(publicKey: publicKey)
        state = Mutex(State(current: Self.issue(by: key, for: server, lifetime: lifetime, now: now)))
    }

    /// The server's half of a hello, and the transcript that it signs. `channelBinding` is what both ends
    /// know of their TLS connection, or empty.
    package func hello(
        answering clientOffer: [UInt8], with offer: ServerOffer, channelBinding: [UInt8], now: Timestamp
    ) -> (hello: ServerHello, transcript: [UInt8]) {
        let issued = credential(at: now)
        let offerBytes = offer.encoded()
        let transcript = Transcript.signed(
            channelBinding: channelBinding, clientOffer: clientOffer, serverOffer: offerBytes,
            credential: issued.bytes)
        let hello = ServerHello(
            offer: offerBytes, credential: issued.bytes, credentialSignature: issued.signature,
            transcriptSignature: issued.sign(transcript), identityKey: publicKey)
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
        let renewed = Self.issue(by: key, for: server, lifetime: lifetime, now: now)
        state.withLock { $0 = State(current: renewed) }
        return renewed
    }

    private static func issue(
        by key: IdentityKey, for server: ServerID, lifetime: Duration, now: Timestamp
    ) -> IssuedCredential {
        let credentialKey = CredentialKey.generate()
        var random = SecureRandom()
        let credential = Credential(
            id: CredentialID(at: now, random: &random), server: server, notBefore: now,
            notAfter: now.advanced(by: lifetime), publicKey: credentialKey.publicPoint)
        return IssuedCredential(credential: credential, signedBy: key, key: credentialKey)
    }
}
