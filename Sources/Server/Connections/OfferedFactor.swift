import Chat
import Native
import Security
import Wire

/// A second factor that a connection was offered and has not confirmed. A value, kept nowhere but in the
/// connection: an offer that nobody takes leaves nothing behind.
struct OfferedFactor: Sendable {
    private let password = OneTimePassword.random()
    private let madeAt: Timestamp

    init(now: Timestamp) { madeAt = now }

    /// - Parameter issuer: what the authenticator shows beside the person's name.
    func offer(to person: Person, issuer: String) -> FactorOffer {
        FactorOffer(
            uri: password.uri(issuer: issuer, account: person.name.displayed),
            secret: Base32.encode(password.bytes))
    }

    /// The factor as it is stored, and the recovery codes that go with it, which are not.
    /// - Throws: `wrong_code`; `no_second_factor` when the offer is too old.
    func confirmed(
        by code: String, of person: PersonID, secrets: FactorSecrets, limits: Limits, now: Timestamp
    ) throws(Refusal) -> (factor: SecondFactor, codes: [String]) {
        guard now < madeAt.advanced(by: limits.factorOfferLifetime) else {
            throw Refusal(.noSecondFactor, "the offer has expired; begin again")
        }
        guard let step = password.step(of: code.filter { $0 != " " }, now: now, after: 0) else {
            throw Refusal(.wrongCode)
        }
        let random = SecureRandom()
        let id = SecondFactorID(high: random.next(), low: random.next())
        let codes = (0..<limits.recoveryCodes).map { _ in RecoveryCode.random() }
        let factor = SecondFactor(
            id: id, sealedSecret: secrets.seal(password, as: id, of: person), lastStep: step,
            recoveryCodes: codes.map { $0.digest(of: id) }, enrolledAt: now)
        return (factor, codes.map(\.text))
    }
}
