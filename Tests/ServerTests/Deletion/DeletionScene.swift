import Chat
import Native
import Security
import Storage
import Testing
import Wire

@testable import Server

/// A sequencer and its stores, and somebody who is deleted from them.
final class DeletionScene {
    let sequencer: SequencerScene
    let store: MemoryStore
    let sessions = MemorySessionStore()
    var limits = Limits.standard
    /// What the audit log was asked to erase.
    private(set) var erasedParties: [AuditParty] = []
    /// After so many rests there is no time for more.
    var patience = Int.max
    private var lastSend: UInt64 = 0
    private var slot: UInt32 = 0
    private var addresses: [PersonID: ConnectionAddress] = [:]

    init(store: MemoryStore = MemoryStore(incarnation: Incarnation(high: 1, low: 1))) throws {
        self.store = store
        sequencer = try SequencerScene(store: store)
    }

    func person(_ name: String) -> Person { sequencer.person(name) }

    func room(_ name: String, of members: Person...) -> RoomID {
        let room = sequencer.room(name)
        for member in members { join(room, member) }
        return room
    }

    func join(_ room: RoomID, _ person: Person) {
        slot += 1
        addresses[person.id] = sequencer.follower(person, of: room, slot: slot)
    }

    @discardableResult
    func say(_ content: Content, in room: RoomID, by person: Person) throws -> UInt64 {
        lastSend += 1
        let address = try #require(addresses[person.id])
        let send = SendMessage(room: room, id: SendID(high: 9, low: lastSend), content: content)
        let output = sequencer.take(sequencer.envelope(person, address, .command(.send(send))))
        return try #require(output.loops[0].compactMap(\.receipt).first).sequence
    }

    @discardableResult
    func say(_ text: String, in room: RoomID, by person: Person) throws -> UInt64 {
        try say(.message(MessageBody(text: text)), in: room, by: person)
    }

    var erasing: PersonErasing {
        PersonErasing(
            means: PersonErasing.Means(
                limits: limits, history: store.history,
                ask: { [self] in sequencer.control($0) ?? .refused(Refusal(.busy)) },
                askState: { [self] operation in
                    do throws(StorageError) {
                        return .success(try sessions.perform([operation]).first ?? .done)
                    } catch {
                        return .failure(error)
                    }
                },
                eraseAudit: { [self] party in
                    erasedParties.append(party)
                    return .success(5)
                }, forget: {}, list: nil,
                rest: { [self] _ in
                    patience -= 1
                    return patience >= 0
                }))
    }

    func begin(_ person: Person) -> Answer? { sequencer.control(.command(.deletePerson(.id(person.id)))) }

    func deletion(of person: Person) -> PersonDeletion? {
        guard case .deletion(let found, _, _, _)? = sequencer.control(.describeDeletion(person.id)) else {
            return nil
        }
        return found
    }

    func events(of room: RoomID) throws -> [Event] {
        try store.history.events(of: room, after: 0, through: .max, maxEvents: .max, maxBytes: .max)
            .map(\.event)
    }

    /// What of the room's events there is still to be read.
    func contents(of room: RoomID) throws -> [Content?] {
        try events(of: room).map { ContentCodec().decode($0.content) }
    }

    func verifies(_ room: RoomID) throws -> Bool {
        var head = Head.empty
        for event in try events(of: room) {
            guard DigestChain.verifies(event, after: head, hashing: NativeHashing()) else { return false }
            head = Head(sequence: event.sequence, link: event.link)
        }
        return true
    }
}
