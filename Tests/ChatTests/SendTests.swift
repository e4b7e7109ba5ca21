import Testing

@testable import Chat

@Suite struct SendTests {
    @Test func eventsOfARoomAreDenseLinkedAndNeverGoBackInTime() {
        var chats = Chats()
        let anna = chats.person("anna")
        let room = chats.room("tea", by: anna)
        var head = chats.state.rooms[room]?.head ?? .empty
        for index in 0..<20 {
            chats.context.now = Timestamp(milliseconds: index % 3 == 0 ? 500 : 2_000 + Int64(index))
            guard let event = chats.send("\(index)", UInt64(index), to: room, by: anna).event else {
                Issue.record("refused")
                return
            }
            #expect(DigestChain.verifies(event, after: head, hashing: ToyHashing()))
            #expect(event.at >= Timestamp(milliseconds: 1_000))
            head = Head(sequence: event.sequence, link: event.link)
        }
        #expect(chats.state.rooms[room]?.head == head)
    }

    @Test func aRepeatedSendIsAnsweredWithTheFirstEvent() throws {
        var chats = Chats()
        let anna = chats.person("anna")
        let room = chats.room("tea", by: anna)
        let first = try #require(chats.send("hello", 7, to: room, by: anna).event)
        #expect(chats.send("hello", 7, to: room, by: anna) == .repeated(first))
        #expect(chats.send("other", 7, to: room, by: anna).refusal == .idReused)
        // After the commit the receipt comes from the store.
        chats.state.commit()
        let again = SendMessage(room: room, id: SendID(high: 0, low: 7), body: MessageBody(text: "hello"))
        #expect(chats.apply(.send(again), by: .person(anna), receipt: first) == .repeated(first))
        #expect(chats.state.batch.isEmpty)
    }

    @Test func twoPeopleMayUseTheSameId() throws {
        var chats = Chats()
        let (anna, bert) = (chats.person("anna"), chats.person("bert"))
        let room = chats.room("tea", by: anna)
        chats.apply(.join(.id(room)), by: .person(bert))
        let first = try #require(chats.send("hello", 7, to: room, by: anna).event)
        let second = try #require(chats.send("hello", 7, to: room, by: bert).event)
        #expect(second.sequence == first.sequence + 1)
    }

    @Test func whoWasRemovedStillLearnsWhatBecameOfASend() throws {
        var chats = Chats()
        let (anna, bert) = (chats.person("anna"), chats.person("bert"))
        let room = chats.room("tea", by: anna)
        chats.apply(.join(.id(room)), by: .person(bert))
        let first = try #require(chats.send("hello", 7, to: room, by: bert).event)
        chats.apply(.removeMember(.id(room), .id(bert)), by: .person(anna))
        #expect(chats.send("hello", 7, to: room, by: bert) == .repeated(first))
        #expect(chats.send("more", 8, to: room, by: bert).refusal == .notAMember)
    }

    @Test(arguments: [(0, RefusalCode.invalidBody), (64 * 1_024 + 1, .tooLarge)])
    func bodiesOfTheWrongSizeAreRefused(count: Int, code: RefusalCode) {
        var chats = Chats()
        let anna = chats.person("anna")
        let room = chats.room("tea", by: anna)
        #expect(chats.send(String(repeating: "a", count: count), 1, to: room, by: anna).refusal == code)
        #expect(chats.send(String(repeating: "a", count: 64 * 1_024), 2, to: room, by: anna).event != nil)
    }

    @Test func anEventThatWasChangedAnywhereDoesNotVerify() throws {
        var chats = Chats()
        let anna = chats.person("anna")
        let room = chats.room("tea", by: anna)
        let before = try #require(chats.state.rooms[room]?.head)
        let event = try #require(chats.send("hello", 1, to: room, by: anna).event)
        func changed(
            author: PersonID? = nil, at: Int64 = 0, content: [UInt8]? = nil, digest: Digest? = nil
        ) -> Event {
            Event(
                room: event.room, sequence: event.sequence, id: event.id, author: author ?? event.author,
                at: Timestamp(milliseconds: event.at.milliseconds + at), content: content ?? event.content,
                salt: event.salt, contentDigest: digest, link: event.link, sendID: event.sendID)
        }
        let digest = DigestChain.contentDigest(
            salt: event.salt, content: event.content, hashing: ToyHashing())
        func verifies(_ event: Event) -> Bool {
            DigestChain.verifies(event, after: before, hashing: ToyHashing())
        }
        #expect(verifies(changed()))
        #expect(verifies(changed(content: [], digest: digest)))
        #expect(!verifies(changed(content: [], digest: .zero)))
        #expect(!verifies(changed(content: [])))
        #expect(!verifies(changed(digest: digest)))
        #expect(!verifies(changed(author: .operations)))
        #expect(!verifies(changed(at: 1)))
        #expect(!verifies(changed(content: [1])))
    }
}
