import Testing

@testable import Chat

@Suite struct ConfusableTests {
    private func looksAlike(_ one: String, _ other: String) throws -> Bool {
        try !#require(Name(one)).looks.isDisjoint(with: #require(Name(other)).looks)
    }

    @Test(arguments: [
        ("scope", "ѕсоре"), ("Alice", "AIice"), ("alice", "a1ice"), ("modern", "rnodern"), ("bob0", "bobo"),
        ("BOB0", "BOBO"), ("соса", "coca"), ("ѕех", "sex"), ("Ｂ0b", "bob"), ("ioio", "іоіо"),
    ])
    func namesThatLookAlikeHaveALookInCommon(pair: (String, String)) throws {
        #expect(try looksAlike(pair.0, pair.1))
    }

    @Test(arguments: [("anna", "hanna"), ("room1", "room2"), ("мария", "марина"), ("o", "p"), ("李", "王")])
    func namesThatDoNotHaveNone(pair: (String, String)) throws {
        #expect(try !looksAlike(pair.0, pair.1))
    }

    /// A name of Latin letters with one of Cyrillic among them.
    @Test(arguments: ["pаypal", "аnna", "αlice", "bоb", "王한かなа", "ｐаypal", "नaहा"])
    func scriptsThatNobodyWritesTogetherMakeNoName(text: String) {
        #expect(Name(text) == nil)
    }

    @Test(arguments: [
        "anna", "Анна", "Άννα", "李小龙2", "東京タワー", "ひらがな漢字abc", "한국어漢字abc", "ㄅㄆㄇ漢字",
        "anna-2", "мария_1984", "עברית", "نهال", "ปลา", "straße", "naïve",
    ])
    func oneScriptAndWhatEastAsiaMixesMakeNames(text: String) {
        #expect(Name(text) != nil)
    }

    @Test func whoLooksLikeSomebodyElseIsRefused() {
        var chats = Chats()
        let alice = chats.person("Alice")
        for name in ["AIice", "a1ice", "alice"] {
            let add = Command.addPerson(name: name, password: nil, isAdministrator: false)
            #expect(chats.apply(add).refusal == .nameTaken, "\(name)")
        }
        _ = chats.person("alicia")
        // A room is no person.
        let room = chats.room("a1ice", by: alice)
        #expect(chats.apply(.createRoom(name: "AIice", kind: .open)).refusal == .nameTaken)
        // It may take another name that looks like its own, and leaves its old one free.
        let settings = Command.changeSettings(.id(room), RequestedSettings(name: "AIice"))
        #expect(chats.apply(settings).refusal == nil)
        let away = Command.changeSettings(.id(room), RequestedSettings(name: "elsewhere"))
        #expect(chats.apply(away).refusal == nil)
        _ = chats.room("alice", by: alice)
    }

    @Test func whatIsUndoneLeavesNoLooksBehind() {
        var chats = Chats()
        chats.state.commit()
        _ = chats.person("modern")
        chats.state.rollback()
        _ = chats.person("rnodern")
    }
}
