import Chat
import Storage
import Testing
import Wire

@testable import Server

/// Nobody finds what he may not see, whatever the index has.
@Suite(.serialized) struct SearchAccessTests {
    @Test(arguments: [false, true])
    func onlyTheOwnRoomsAreLookedThrough(isIndexed: Bool) throws {
        let scene = try SearchScene()
        let (ada, ben) = (scene.person("ada"), scene.person("ben"))
        let hall = try scene.room("hall", of: ada, ben)
        let yard = try scene.room("yard", of: ben)
        let said = try scene.say("the treasure", in: hall, by: ada)
        try scene.say("the treasure", in: yard, by: ben)
        if isIndexed { try scene.catchUp() }
        #expect(try scene.find("treasure", by: ada) == [said])
        #expect(try scene.find("treasure", by: ben).count == 2)
        #expect(try scene.refusal(SearchRequest(query: "x", room: .id(yard), max: 1), by: ada) == .notAMember)
        #expect(
            try scene.refusal(SearchRequest(query: "x", room: .name("nowhere"), max: 1), by: ada)
                == .unknownRoom)
        #expect(
            try scene.refusal(SearchRequest(query: "x", author: .name("nobody"), max: 1), by: ada)
                == .unknownPerson)
    }

    @Test(arguments: [false, true])
    func whoHasLeftOrWasRemovedFindsNothing(isIndexed: Bool) throws {
        let scene = try SearchScene()
        let (ada, ben, eve) = (scene.person("ada"), scene.person("ben"), scene.person("eve"))
        let hall = try scene.room("hall", of: ada, ben, eve)
        try scene.say("the treasure", in: hall, by: ben)
        if isIndexed { try scene.catchUp() }
        #expect(try scene.find("treasure", by: eve).count == 1)
        let before = try scene.order(SearchRequest(query: "treasure", max: 5), by: eve).get()
        try scene.command(.leave(.id(hall)), by: eve)
        #expect(try scene.find("treasure", by: eve).isEmpty)
        try scene.say("another treasure", in: hall, by: ben)
        if isIndexed { try scene.catchUp() }
        // What was ordered before is carried out late: it sees what was then to be seen, and no more.
        #expect(try scene.page(before).found.map(\.event.event.sequence) == [5])
        #expect(try scene.find("treasure", by: ada).count == 2)
        #expect(scene.sequencer.control(.command(.removeMember(.id(hall), .id(ada.id)))) != nil)
        #expect(try scene.find("treasure", by: ada).isEmpty)
    }

    /// A private room does not exist for whoever is not in it.
    @Test func aPrivateRoomIsNotEvenThere() throws {
        let scene = try SearchScene()
        let (ada, ben) = (scene.person("ada"), scene.person("ben"))
        try scene.command(.createRoom(name: "vault", kind: .closed), by: ben)
        let search = SearchRequest(query: "x", room: .name("vault"), max: 1)
        #expect(try scene.refusal(search, by: ada) == .unknownRoom)
        #expect(try scene.refusal(search, by: ben) == nil)
    }

    /// The index has the new words and the old ones, or none of them: what is answered is the same.
    @Test(arguments: [false, true], [false, true])
    func whatWasEditedIsFoundByWhatItSaysNow(isIndexedBefore: Bool, isIndexedAfter: Bool) throws {
        let scene = try SearchScene()
        let ada = scene.person("ada")
        let hall = try scene.room("hall", of: ada)
        let said = try scene.say("the first lighthouse", in: hall, by: ada)
        let other = try scene.say("the first harbour", in: hall, by: ada)
        if isIndexedBefore { try scene.catchUp() }
        let edit = try scene.say(
            .edit(Edit(target: said, body: MessageBody(text: "the second one"))), in: hall, by: ada)
        if isIndexedAfter { try scene.catchUp() }
        #expect(try scene.find("lighthouse", by: ada).isEmpty)
        #expect(try scene.find("first", by: ada) == [other])
        let found = try #require(try scene.page("second", by: ada).found.first)
        #expect(found.event.event.sequence == said && found.event.event.content.isEmpty)
        #expect(found.event.event.contentDigest != nil)
        #expect(found.edit?.event.sequence == edit)
    }

    @Test(arguments: [false, true], [false, true])
    func whatWasDeletedIsNotFound(isIndexedBefore: Bool, isIndexedAfter: Bool) throws {
        let scene = try SearchScene()
        let ada = scene.person("ada")
        let hall = try scene.room("hall", of: ada)
        let said = try scene.say("the lighthouse", in: hall, by: ada)
        try scene.say(.edit(Edit(target: said, body: MessageBody(text: "the tower"))), in: hall, by: ada)
        if isIndexedBefore { try scene.catchUp() }
        try scene.say(.deletion(said), in: hall, by: ada)
        if isIndexedAfter { try scene.catchUp() }
        for word in ["lighthouse", "tower", "the"] { #expect(try scene.find(word, by: ada).isEmpty) }
    }

    /// An edit that is stored after the search was ordered is not in its answer, though the index has it.
    @Test func whatIsSaidLaterIsNotShown() throws {
        let scene = try SearchScene()
        let ada = scene.person("ada")
        let hall = try scene.room("hall", of: ada)
        let said = try scene.say("the tower", in: hall, by: ada)
        let orders = try ["tower", "later"].map {
            try scene.order(SearchRequest(query: $0, max: 5), by: ada).get()
        }
        try scene.say(
            .edit(Edit(target: said, body: MessageBody(text: "the tower, later"))), in: hall, by: ada)
        try scene.say("later still", in: hall, by: ada)
        try scene.catchUp()
        let found = try scene.page(orders[0]).found
        #expect(found.count == 1 && found.allSatisfy { $0.edit == nil })
        #expect(try scene.page(orders[1]).found.isEmpty)
    }

    @Test func bodiesThatAreNoTextAreNotFound() throws {
        let scene = try SearchScene()
        let ada = scene.person("ada")
        let hall = try scene.room("hall", of: ada)
        let opaque = MessageBody(contentType: "application/x-note", bytes: Array("treasure".utf8))
        let said = try scene.say(.message(opaque), in: hall, by: ada)
        try scene.catchUp()
        #expect(try scene.find("treasure", by: ada).isEmpty)
        try scene.say(.edit(Edit(target: said, body: MessageBody(text: "treasure"))), in: hall, by: ada)
        #expect(try scene.find("treasure", by: ada) == [said])
        try scene.catchUp()
        #expect(try scene.find("treasure", by: ada) == [said])
        try scene.say(.edit(Edit(target: said, body: opaque)), in: hall, by: ada)
        try scene.catchUp()
        #expect(try scene.find("treasure", by: ada).isEmpty)
    }
}
