import Client
import Testing

@Suite struct TypedDurationTests {
    @Test(
        arguments: [
            ("90s", 90), ("30m", 1_800), ("12h", 43_200), ("90d", 7_776_000), ("2w", 1_209_600),
            ("1y", 31_536_000), ("0s", 0), ("007d", 604_800), ("2147483647s", 2_147_483_647),
        ] as [(String, Int64)])
    func aNumberAndItsUnitIsADuration(text: String, seconds: Int64) {
        #expect(Duration(typed: text) == .seconds(seconds))
    }

    @Test(arguments: [
        "", "d", "90", "90 d", " 90d", "90D", "-1d", "+1d", "1.5h", "1h30m", "90days", "٣d", "1d\n",
        "2147483648s", "69y", "99999999999999999999d",
    ])
    func everythingElseIsNone(text: String) {
        #expect(Duration(typed: text) == nil, "\(text.debugDescription)")
    }

    @Test func theFormsThatAreNamedAreOnes() {
        let forms = Duration.typedForms.replacing(" or", with: ",").split(separator: ", ").map(String.init)
        #expect(forms.count == 6)
        for form in forms { #expect(Duration(typed: form) != nil, "\(form)") }
    }
}
