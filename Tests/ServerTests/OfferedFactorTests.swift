import Chat
import Native
import Security
import Testing
import Wire

@testable import Server

@Suite struct OfferedFactorTests {
    private static let noon = Timestamp(milliseconds: 1_700_000_000_000)
    private let secrets = InstallationSecrets.random().factors
    private let offered = OfferedFactor(now: noon)
    private let anna: Person

    init() throws {
        anna = Person(id: PersonID(high: 1, low: 1), name: try #require(Name("anna")), createdAt: Self.noon)
    }

    private func password() throws -> OneTimePassword {
        let offer = offered.offer(to: anna, issuer: "Bridge")
        #expect(offer.uri.hasPrefix("otpauth://totp/Bridge:anna?secret=\(offer.secret)&"))
        return OneTimePassword(secret: try #require(Base32.decode(offer.secret)))
    }

    private func confirm(_ code: String, after seconds: Int64 = 0) throws(Refusal) -> (
        factor: SecondFactor, codes: [String]
    ) {
        try offered.confirmed(
            by: code, of: anna.id, secrets: secrets, limits: .standard,
            now: Self.noon.advanced(by: .seconds(seconds)))
    }

    @Test func aCodeOfTheOfferedSecretConfirmsItAndIsUsedUp() throws {
        let password = try password()
        let step = OneTimePassword.step(at: Self.noon)
        let (factor, codes) = try confirm(password.code(at: step))
        #expect(factor.lastStep == step && factor.enrolledAt == Self.noon)
        #expect(secrets.open(factor, of: anna.id)?.bytes == password.bytes)
        #expect(codes.count == 10 && Set(codes).count == 10)
        #expect(codes.map { RecoveryCode(text: $0)?.digest(of: factor.id) } == factor.recoveryCodes)
        #expect(try confirm(password.code(at: step)).factor.id != factor.id, "each is another")
    }

    @Test func anotherCodeOrALateOneConfirmsNothing() throws {
        let password = try password()
        let wrong = #expect(throws: Refusal.self) { try confirm("nonono") }
        #expect(wrong?.code == .wrongCode)
        let late = OneTimePassword.step(at: Self.noon.advanced(by: .seconds(600)))
        let refusal = #expect(throws: Refusal.self) { try confirm(password.code(at: late), after: 600) }
        #expect(refusal?.code == .noSecondFactor)
        #expect(try confirm(password.code(at: late), after: 599).codes.count == 10)
    }
}
