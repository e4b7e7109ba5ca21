import Chat
import Client
import Testing
import Wire

@Suite("Codes in plain words")
struct NoticeTextTests {
    @Test func `each refusal is said in words, with its code in parentheses`() {
        for code in RefusalCode.allCases {
            let text = RefusalNotice(Refusal(code)).text
            #expect(text == "\(code.words) (\(code.name))")
            #expect(code.words.contains(" ") && !code.words.contains("_"))
        }
        #expect(RefusalNotice(Refusal(.forbidden, "ask ada")).text.hasSuffix(" (forbidden): ask ada"))
        let unknown = RefusalNotice(number: 299, name: "moon_phase", detail: "", retryAfter: nil)
        #expect(unknown.text.hasSuffix(" (moon_phase)") && unknown.text.contains(" "))
    }

    @Test(arguments: [
        (RefusalCode.lastOwner, "make somebody else owner first", false),
        (.storageFull, "the disk is full", false), (.busy, "conflict", true), (.forbidden, "--", false),
        (.tooMany, "at most 3 rooms", true), (.wrongCredentials, "the token is unknown or expired", true),
    ])
    func `what the server adds is said only when it adds something`(
        code: RefusalCode, detail: String, adds: Bool
    ) {
        let text = RefusalNotice(Refusal(code, detail)).text
        #expect(text == "\(code.words) (\(code.name))" + (adds ? ": \(detail)" : ""))
    }

    @Test func `each disconnect is said in words, with its code in parentheses`() {
        for code in DisconnectCode.allCases {
            #expect(Disconnection(code).text == "\(code.words) (\(code.name))")
            #expect(code.words.contains(" ") && !code.words.contains("_"))
        }
        #expect(Disconnection(.draining, detail: "soon").text.hasSuffix(" (draining): soon"))
    }
}
