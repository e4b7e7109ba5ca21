import Chat
import Security
import Testing

@Suite struct RecoveryCodeTests {
    private let factor = SecondFactorID(high: 3, low: 4)

    @Test func aCodeIsFourGroupsOfFourAndReadsBackAsItIsTyped() throws {
        for _ in 0..<50 {
            let code = RecoveryCode.random()
            let groups = code.text.split(separator: "-")
            #expect(groups.count == 4 && groups.allSatisfy { $0.count == 4 })
            #expect(code.text.allSatisfy { "abcdefghijklmnopqrstuvwxyz234567-".contains($0) })
            let typed = [
                code.text, code.text.uppercased(), groups.joined(), groups.joined(separator: " "),
                " " + code.text + " ",
            ]
            for text in typed { #expect(RecoveryCode(text: text) == code, "\(text)") }
        }
    }

    @Test(arguments: [
        "", "123456", "abcd-efgh-ijkl", "abcd-efgh-ijkl-mnop-qrst", "abcd-efgh-ijkl-mno1",
        "abcd_efgh_ijkl_mnop",
    ])
    func anythingElseIsNone(text: String) { #expect(RecoveryCode(text: text) == nil) }

    @Test func digestsAreOfOneFactorAndTellNothing() {
        let codes = (0..<100).map { _ in RecoveryCode.random() }
        let digests = codes.map { $0.digest(of: factor) }
        #expect(Set(digests).count == 100)
        #expect(codes[0].digest(of: factor) == digests[0])
        #expect(codes[0].digest(of: SecondFactorID(high: 3, low: 5)) != digests[0])
    }
}
