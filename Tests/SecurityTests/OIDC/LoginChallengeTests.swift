import Chat
import Native
import Testing

@testable import Security

/// The server's part in the nonce, and what is shown once.
@Suite struct LoginChallengeTests {
    private static let noon = Timestamp(milliseconds: 1_700_000_000_000)

    @Test func onlyTheHolderOfTheKeyGivesOne() throws {
        let key = SecretBytes.random(count: 32)
        let other = SecretBytes.random(count: 32)
        let challenge = LoginChallenge(key: key, salt: (1, 2), now: Self.noon)
        #expect(challenge.bytes.count == LoginChallenge.count)
        #expect(challenge.expires == Self.noon.advanced(by: LoginChallenge.lifetime))
        let isGiven = (challenge.isGiven(by: key), challenge.isGiven(by: other))
        #expect(isGiven == (true, false))
        for place in challenge.bytes.indices {
            var bytes = challenge.bytes
            bytes[place] ^= 1
            let isGiven = try #require(LoginChallenge(bytes: bytes)).isGiven(by: key)
            #expect(!isGiven, "byte \(place)")
        }
        #expect(LoginChallenge(bytes: []) == nil)
    }

    @Test func theNonceIsOfAllItsParts() {
        let key = SecretBytes.random(count: 32)
        let challenges = [1, 2].map { LoginChallenge(key: key, salt: ($0, 0), now: Self.noon) }
        let (server, other) = ([UInt8](repeating: 1, count: 16), [UInt8](repeating: 2, count: 16))
        let verifiers = [server + server, other + other]
        let nonces = [
            LoginNonce.text(
                server: server, issuer: "a", challenge: challenges[0], verifier: verifiers[0]),
            LoginNonce.text(
                server: other, issuer: "a", challenge: challenges[0], verifier: verifiers[0]),
            LoginNonce.text(
                server: server, issuer: "b", challenge: challenges[0], verifier: verifiers[0]),
            LoginNonce.text(
                server: server, issuer: "a", challenge: challenges[1], verifier: verifiers[0]),
            LoginNonce.text(
                server: server, issuer: "a", challenge: challenges[0], verifier: verifiers[1]),
        ]
        #expect(Set(nonces).count == 5)
        #expect(nonces.allSatisfy { $0.count == 43 })
    }
}
