import Testing

@testable import Chat

/// What is refused when, as the disk fills up.
@Suite struct StorageIntakeTests {
    private var chats: Chats
    private let (anna, bert): (PersonID, PersonID)
    private let room: RoomID

    init() {
        var chats = Chats()
        (anna, bert) = (chats.person("anna"), chats.person("bert"))
        room = chats.room("tea", by: anna)
        self.chats = chats
    }

    private func newcomer(_ id: UInt64) -> Command {
        .redeemInvite(
            Newcomer(
                token: .zero, id: PersonID(high: 9, low: id), name: "carl", password: "hash"))
    }

    @Test mutating func nothingIsBegunWhileThereIsLittleRoom() {
        chats.context.storage = .low
        let begun: [Command] = [
            .createRoom(name: "hall", kind: .open), .openDirect(with: .id(bert)),
            .addPerson(name: "carl", password: nil, isAdministrator: false),
        ]
        #expect(
            begun.map { chats.apply($0, by: .person(anna)).refusal } == [
                .storageLow, .storageLow, .storageLow,
            ])
        // Who comes by a link is a stranger, whoever's word lets them in.
        #expect(chats.apply(newcomer(1)).refusal == .storageLow)
        #expect(chats.state.batch.people.count == 2)
        #expect(chats.send("hello", 1, to: room, by: anna).refusal == nil)
        #expect(chats.apply(.join(.id(room)), by: .person(bert)).refusal == nil)
        #expect(chats.apply(.createRoom(name: "office", kind: .closed)).refusal == nil)
        #expect(chats.apply(.addPerson(name: "dora", password: nil, isAdministrator: false)).refusal == nil)
    }

    @Test mutating func aDirectRoomThatIsThereIsFoundWhateverTheRoom() {
        guard
            case .accepted(.room(let direct, _)) = chats.apply(
                .openDirect(with: .id(bert)), by: .person(anna))
        else {
            Issue.record("refused")
            return
        }
        for intake in [StorageIntake.low, .reserved] {
            chats.context.storage = intake
            #expect(
                chats.apply(.openDirect(with: .id(anna)), by: .person(bert)) == .accepted(.room(direct, [])))
        }
    }

    @Test mutating func withinTheReserveOnlyAdministrationAndWhatTakesAwayGoesOn() {
        let first = chats.send("hello", 1, to: room, by: anna)
        chats.apply(.join(.id(room)), by: .person(bert))
        chats.context.storage = .reserved
        let refused: [Command] = [
            .createRoom(name: "hall", kind: .open), .addMember(.id(room), .id(bert), .member),
            .changeSettings(.id(room), RequestedSettings(topic: "cakes")),
        ]
        #expect(
            refused.map { chats.apply($0, by: .person(anna)).refusal } == [
                .storageFull, .storageFull, .storageFull,
            ])
        #expect(chats.send("again", 2, to: room, by: anna).refusal == .storageFull)
        // A send that is here already has its ack, room or none.
        #expect(chats.send("hello", 1, to: room, by: anna) == first.event.map { .repeated($0) })
        let deletion = SendMessage(
            room: room, id: SendID(high: 0, low: 3), content: .deletion(first.event?.sequence ?? 0))
        #expect(chats.apply(.send(deletion), by: .person(anna)).event != nil)
        #expect(chats.apply(.leave(.id(room)), by: .person(bert)).refusal == nil)
        let done: [Command] = [
            .setDisabled(.id(bert), true), .setPassword(.id(bert), "hash"),
            .createRoom(name: "office", kind: .closed), .addMember(.id(room), .id(anna), .member),
        ]
        #expect(done.map { chats.apply($0).refusal } == [nil, nil, nil, .alreadyMember])
    }

    @Test mutating func aDamagedHistoryTakesNothing() {
        let before = chats.state.batch
        chats.context.storage = .damaged
        let all: [(Command, Actor)] = [
            (.leave(.id(room)), .person(anna)), (.setDisabled(.id(bert), true), .operations),
            (.createRoom(name: "office", kind: .closed), .operations), (newcomer(2), .operations),
            (.removeExpiredInvites, .operations),
            (
                .removeHistory(HistoryRemoval(room: room, through: Head(sequence: 1, link: .zero))),
                .operations
            ),
            (.forgetSends(before: .never), .operations),
        ]
        for (command, actor) in all {
            #expect(chats.apply(command, by: actor).refusal == .storageDamaged, "\(command)")
        }
        #expect(chats.send("hello", 1, to: room, by: anna).refusal == .storageDamaged)
        #expect(chats.state.batch == before)
    }

    @Test mutating func aRefusalSaysWhenToComeBack() throws {
        for intake in [StorageIntake.low, .reserved, .damaged] {
            let refusal = chats.state.refusal(in: intake)
            #expect(refusal.code.mayRetry && refusal.retryAfter != nil && !refusal.detail.isEmpty)
        }
    }
}
