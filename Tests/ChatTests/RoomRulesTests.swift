import Testing

@testable import Chat

@Suite struct RoomRulesTests {
    @Test func whoeverCreatesARoomOwnsIt() {
        var chats = Chats()
        let anna = chats.person("anna")
        let room = chats.room("tea", by: anna)
        #expect(chats.state.rooms[room]?.members == [anna: Member(role: .owner, since: 2)])
        #expect(chats.state.rooms[room]?.head.sequence == 2)
    }

    @Test func roomNamesAreUniqueWhateverTheirCase() {
        var chats = Chats()
        let anna = chats.person("anna")
        _ = chats.room("Tea", by: anna)
        #expect(chats.apply(.createRoom(name: "tEA", kind: .closed), by: .person(anna)).refusal == .nameTaken)
    }

    @Test func aPrivateRoomIsUnknownToWhoIsNotItsMember() {
        var chats = Chats()
        let (anna, bert) = (chats.person("anna"), chats.person("bert"))
        let room = chats.room("secret", .closed, by: anna)
        #expect(chats.apply(.join(.id(room)), by: .person(bert)).refusal == .unknownRoom)
        #expect(chats.apply(.leave(.id(room)), by: .person(bert)).refusal == .unknownRoom)
        #expect(chats.send("hello", 1, to: room, by: bert).refusal == .unknownRoom)
        let nowhere = RoomID(high: 9, low: 9)
        #expect(chats.send("hello", 1, to: nowhere, by: bert).refusal == .unknownRoom)
        chats.apply(.addMember(.id(room), .id(bert), .member), by: .person(anna))
        #expect(chats.send("hello", 1, to: room, by: bert).event?.sequence == 4)
    }

    @Test func aDirectRoomIsFoundByEitherOfThePair() {
        var chats = Chats()
        let (anna, bert) = (chats.person("anna"), chats.person("bert"))
        guard
            case .accepted(.room(let room, let events)) = chats.apply(
                .openDirect(with: .id(bert)), by: .person(anna))
        else {
            Issue.record("refused")
            return
        }
        #expect(events.count == 3)
        #expect(
            chats.apply(.openDirect(with: .name("ANNA")), by: .person(bert)) == .accepted(.room(room, [])))
        #expect(chats.apply(.leave(.id(room)), by: .person(bert)).refusal == .forbidden)
        #expect(chats.apply(.addMember(.id(room), .id(anna), .owner)).refusal == .forbidden)
    }

    @Test func moderatorsRemoveMembersAndOnlyOwnersRemoveModerators() {
        var chats = Chats()
        let (anna, bert, carl) = (chats.person("anna"), chats.person("bert"), chats.person("carl"))
        let room = chats.room("tea", by: anna)
        for person in [bert, carl] { chats.apply(.join(.id(room)), by: .person(person)) }
        #expect(chats.apply(.removeMember(.id(room), .id(carl)), by: .person(bert)).refusal == .forbidden)
        chats.apply(.setRole(.id(room), .id(bert), .moderator), by: .person(anna))
        chats.apply(.setRole(.id(room), .id(carl), .moderator), by: .person(anna))
        #expect(chats.apply(.removeMember(.id(room), .id(carl)), by: .person(bert)).refusal == .forbidden)
        #expect(chats.apply(.removeMember(.id(room), .id(carl)), by: .person(anna)).refusal == nil)
        #expect(chats.send("still here?", 1, to: room, by: carl).refusal == .notAMember)
    }

    @Test func theLastOwnerStaysUnlessNobodyElseIsThere() {
        var chats = Chats()
        let (anna, bert) = (chats.person("anna"), chats.person("bert"))
        let room = chats.room("tea", by: anna)
        chats.apply(.join(.id(room)), by: .person(bert))
        #expect(chats.apply(.leave(.id(room)), by: .person(anna)).refusal == .lastOwner)
        #expect(chats.apply(.setRole(.id(room), .id(anna), .member), by: .person(anna)).refusal == .lastOwner)
        chats.apply(.leave(.id(room)), by: .person(bert))
        #expect(chats.apply(.leave(.id(room)), by: .person(anna)).refusal == nil)
    }

    @Test func anArchivedRoomTakesNothingButItsReturn() {
        var chats = Chats()
        let anna = chats.person("anna")
        let room = chats.room("tea", by: anna)
        let archive = Command.changeSettings(.id(room), RequestedSettings(isArchived: true))
        #expect(chats.apply(archive, by: .person(anna)).refusal == nil)
        #expect(chats.send("hello", 1, to: room, by: anna).refusal == .archived)
        let rename = Command.changeSettings(.id(room), RequestedSettings(topic: "green"))
        #expect(chats.apply(rename, by: .person(anna)).refusal == .archived)
        let back = Command.changeSettings(.id(room), RequestedSettings(isArchived: false))
        #expect(chats.apply(back, by: .person(anna)).refusal == nil)
        #expect(chats.send("hello", 1, to: room, by: anna).event != nil)
    }

    @Test func limitsOnMembersAndRoomsAreKept() {
        var limits = Limits.standard
        limits.membersOfARoom = 2
        limits.roomsOfAPerson = 1
        limits.rooms = 2
        var chats = Chats(limits: limits)
        let (anna, bert, carl) = (chats.person("anna"), chats.person("bert"), chats.person("carl"))
        let room = chats.room("tea", by: anna)
        #expect(chats.apply(.createRoom(name: "two", kind: .open), by: .person(anna)).refusal == .tooMany)
        #expect(chats.apply(.join(.id(room)), by: .person(bert)).refusal == nil)
        #expect(chats.apply(.join(.id(room)), by: .person(carl)).refusal == .tooMany)
    }

    @Test func whoIsDisabledMayNothing() {
        var chats = Chats()
        let anna = chats.person("anna")
        let room = chats.room("tea", by: anna)
        chats.apply(.setDisabled(.name("anna"), true))
        #expect(chats.send("hello", 1, to: room, by: anna).refusal == .disabled)
        chats.apply(.setDisabled(.name("anna"), false))
        #expect(chats.send("hello", 1, to: room, by: anna).event != nil)
    }

    @Test func onlyAdministratorsAddPeople() {
        var chats = Chats()
        let anna = chats.person("anna")
        let add = Command.addPerson(name: "bert", password: nil, isAdministrator: true)
        #expect(chats.apply(add, by: .person(anna)).refusal == .forbidden)
        #expect(chats.apply(add).refusal == nil)
        #expect(chats.apply(add).refusal == .nameTaken)
    }
}
