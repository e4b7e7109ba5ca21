import Testing

@testable import Chat

@Suite struct NameTests {
    @Test(arguments: ["anna", "Anna", "ANNA", "Ａｎｎａ"])
    func namesThatDifferInCaseOrWidthAreTheSame(text: String) {
        #expect(Name(text)?.unique == "anna")
    }

    @Test(arguments: ["müller", "мария", "李小龙", "דוד", "محمد", "ιώβ", "a.b-c_d", "r2d2", "नेहा"])
    func namesOfAnyScriptAreTaken(text: String) {
        #expect(Name(text) != nil)
    }

    @Test(arguments: [
        "", " ", "a b", "a/b", "a@b", "#a", ".a", "-a", "_a", "a\u{0}", "a\u{200d}b", "\u{0301}a",
        "a\u{202e}b", "①",
        "ﬁx", "a\u{05d0}", "☃", String(repeating: "a", count: 65),
    ])
    func whatIsNoNameIsRefused(text: String) {
        #expect(Name(text) == nil)
    }

    @Test func composedAndDecomposedFormsAreTheSameName() {
        #expect(Name("Jose\u{0301}")?.unique == Name("jos\u{e9}")?.unique)
        #expect(Name("Jose\u{0301}")?.displayed.unicodeScalars.count == 4)
    }

    /// The small sigma has two forms, by where in the word it stands.
    @Test func theTwoSmallSigmasAreTheSameLetter() {
        #expect(Name("Οδυσσεύς")?.unique == Name("ΟΔΥΣΣΕΎΣ")?.unique)
        #expect(Name("Οδυσσεύς")?.displayed == "Οδυσσεύς")
    }

    @Test(arguments: ["ANNA", "Οδυσσεύς", "İstanbul", "STRASSE", "Ǆ", "ΑΣ", "ﾊﾟ", "Ｚ"])
    func theUniqueFormOfAUniqueFormIsItself(text: String) {
        let once = Name.uniqueForm(of: text)
        #expect(Name.uniqueForm(of: once).unicodeScalars.elementsEqual(once.unicodeScalars))
    }
}
