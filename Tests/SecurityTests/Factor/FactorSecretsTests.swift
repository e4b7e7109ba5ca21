import Chat
import Native
import Security
import Testing

@Suite struct FactorSecretsTests {
    private static let root = ErasedBytes(copying: [UInt8](repeating: 7, count: 32).span)
    private let secrets = InstallationSecrets(root: root).factors
    private let anna = PersonID(high: 1, low: 2)
    private let id = SecondFactorID(high: 3, low: 4)
    private let password = OneTimePassword.random()

    private func factor(_ sealed: [UInt8], as id: SecondFactorID) -> SecondFactor {
        SecondFactor(
            id: id, sealedSecret: sealed, lastStep: 0, recoveryCodes: [],
            enrolledAt: Timestamp(milliseconds: 0))
    }

    @Test func aSecretIsOpenedAgainAfterARestart() {
        let sealed = secrets.seal(password, as: id, of: anna)
        let again = InstallationSecrets(root: Self.root).factors
        #expect(again.open(factor(sealed, as: id), of: anna)?.bytes == password.bytes)
        #expect(!sealed.contains(password.bytes), "it is sealed")
    }

    @Test func nobodyElseOpensItAndNoChangeOfIt() {
        let sealed = secrets.seal(password, as: id, of: anna)
        let other = InstallationSecrets.random().factors
        #expect(other.open(factor(sealed, as: id), of: anna) == nil, "another server's key")
        #expect(
            secrets.open(factor(sealed, as: id), of: PersonID(high: 1, low: 3)) == nil, "another person's")
        let another = SecondFactorID(high: 3, low: 5)
        #expect(secrets.open(factor(sealed, as: another), of: anna) == nil, "another factor's")
        for place in sealed.indices {
            var changed = sealed
            changed[place] ^= 1
            #expect(secrets.open(factor(changed, as: id), of: anna) == nil)
        }
        for count in [0, 1, 16, sealed.count - 1] {
            #expect(secrets.open(factor(Array(sealed.prefix(count)), as: id), of: anna) == nil)
        }
    }

    /// The same secret under two factors: with one key and nonce the first bytes would be alike.
    @Test func noKeySealsTwice() {
        let first = secrets.seal(password, as: id, of: anna)
        let second = secrets.seal(password, as: SecondFactorID(high: 3, low: 5), of: anna)
        #expect(first.prefix(20) != second.prefix(20))
    }
}
