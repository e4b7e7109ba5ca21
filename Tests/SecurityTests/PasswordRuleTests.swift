import Chat
import Security
import Testing

@Suite struct PasswordRuleTests {
    private let list = CommonPasswords(
        list: Array("#!comment: a list\npassword\r\nIloveyou\nletmein\nqwertyuiop\n".utf8),
        leastCharacters: 8)

    @Test func whatStandsOnTheListIsRefusedWhateverItsCaseAndDigits() {
        let rule = PasswordRule(limits: .standard, common: list)
        for password in ["password", "PassWord", "password1", "password2024!", "iloveyou"] {
            #expect(rule.objection(to: password)?.contains("everybody tries") == true, "\(password)")
        }
        for password in ["passwort1", "correct horse", "my password", "12345678"] {
            #expect(rule.objection(to: password) == nil, "\(password)")
        }
    }

    @Test func commentsAndWhatIsTooShortAreNoPasswords() {
        #expect(list.count == 3)
    }

    @Test func lengthsAreJudgedFirst() {
        let rule = PasswordRule(limits: .standard, common: .none)
        #expect(rule.objection(to: "1234567")?.contains("at least 8") == true)
        #expect(rule.objection(to: String(repeating: "x", count: 1_025))?.contains("at most 1024") == true)
        #expect(rule.objection(to: "password") == nil, "without a list nothing is common")
    }

    @Test func aListThatIsNotThereIsNone() {
        #expect(CommonPasswords.load(from: ["/nonexistent/list"], leastCharacters: 8) == nil)
    }
}
