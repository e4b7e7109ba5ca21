import Chat
import Native
import Security
import Testing

@Suite struct OneTimePasswordTests {
    /// RFC 4226 and RFC 6238 both use it.
    private let password = OneTimePassword(secret: Array("12345678901234567890".utf8))

    private func at(seconds: Int64) -> Timestamp { Timestamp(milliseconds: seconds * 1_000) }

    /// RFC 2202, section 3.
    @Test(arguments: [
        ([UInt8](repeating: 0x0b, count: 20), "Hi There", "b617318655057264e28bc0b6fb378c8ef146be00"),
        (
            Array("Jefe".utf8), "what do ya want for nothing?", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"
        ),
        (
            [UInt8](repeating: 0xaa, count: 80), "Test Using Larger Than Block-Size Key - Hash Key First",
            "aa4ae5e15272d00e95705637ce8a3b55ed402112"
        ),
    ])
    func hmacIsTheStandards(key: [UInt8], message: String, code: String) {
        #expect(Hex.text(HMACSHA1.code(of: Array(message.utf8).span, key: key.span)) == code)
    }

    /// RFC 4226, appendix D.
    @Test func codesOfACounterAreTheStandards() {
        let codes = (0..<10).map { password.code(at: $0) }
        #expect(
            codes == [
                "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871",
                "520489",
            ])
    }

    /// RFC 6238, appendix B: the last six of its eight digits.
    @Test(arguments: [
        (59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (1_234_567_890, "005924"),
        (2_000_000_000, "279037"), (20_000_000_000, "353130"),
    ])
    func codesOfATimeAreTheStandards(seconds: Int64, code: String) {
        let step = OneTimePassword.step(at: at(seconds: seconds))
        #expect(password.code(at: step) == code)
        #expect(password.step(of: code, now: at(seconds: seconds), after: 0) == step)
    }

    @Test func oneStepAtEitherSideCountsAndNoMore() {
        let now = at(seconds: 30 * 1_000)
        for step in UInt64(990)...1_010 {
            let found = password.step(of: password.code(at: step), now: now, after: 0)
            #expect(found == ((999...1_001).contains(step) ? step : nil), "\(step)")
        }
    }

    @Test func aStepThatWasUsedCountsNoMoreNorThoseBeforeIt() {
        let now = at(seconds: 30 * 1_000)
        let codes = (UInt64(999)...1_001).map { password.code(at: $0) }
        #expect(codes.map { password.step(of: $0, now: now, after: 999) } == [nil, 1_000, 1_001])
        #expect(codes.map { password.step(of: $0, now: now, after: 1_000) } == [nil, nil, 1_001])
        #expect(codes.map { password.step(of: $0, now: now, after: 1_001) } == [nil, nil, nil])
    }

    @Test(arguments: ["", "28708", "2870822", "28708a", "２８７０８２", "-28708"])
    func whatIsNoCodeIsNone(text: String) {
        #expect(!OneTimePassword.isCode(text))
        #expect(password.step(of: text, now: at(seconds: 59), after: 0) == nil)
    }

    /// The first steps there are, and a clock before 1970: nothing traps.
    @Test func theEdgesOfTimeAreNoTrap() {
        for milliseconds in [Int64.min, -1, 0, 1, .max] {
            #expect(password.step(of: "000000", now: Timestamp(milliseconds: milliseconds), after: 0) == nil)
        }
        #expect(OneTimePassword.step(at: Timestamp(milliseconds: -5)) == 0)
    }

    @Test func anAuthenticatorIsToldIssuerAccountAndSecret() {
        #expect(
            password.uri(issuer: "Haus & Hof", account: "Änne")
                == "otpauth://totp/Haus%20%26%20Hof:%C3%84nne?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
                + "&issuer=Haus%20%26%20Hof&algorithm=SHA1&digits=6&period=30")
    }

    @Test func secretsAreRandomAndOf160Bits() {
        let secrets = Set((0..<100).map { _ in OneTimePassword.random().bytes })
        #expect(secrets.count == 100 && secrets.allSatisfy { $0.count == 20 })
    }
}
