import Chat
import Storage
import Testing

/// The failures that a memory store makes up on request: what the simulator relies on.
@Suite struct MemoryStoreFaultTests {
    private var sample = Sample()
    private let store = MemoryStore(incarnation: Incarnation(high: 1, low: 2))

    @Test mutating func conflictStoresNothingOfTheRoomsAndFullNothingAtAll() throws {
        let person = sample.person("anna")
        let room = sample.room("hall")
        let batch = Batch(
            people: [person], rooms: [.new(room, events: sample.events(1, in: room.id, by: person.id))])
        store.fault = { _ in .full }
        #expect(outcome(of: batch) == .full)
        #expect(try store.load().people.isEmpty)
        store.fault = { _ in .conflict }
        #expect(outcome(of: batch) == .conflict([room.id]))
        #expect(try store.load().people == [person])
        #expect(try store.load().rooms.isEmpty)
        store.fault = { _ in nil }
        #expect(outcome(of: batch) == .stored)
    }

    @Test(arguments: [true, false])
    mutating func unknownIsNotSeenBeforeTheRestartAndEndsTheStore(isStored: Bool) throws {
        let person = sample.person("anna")
        store.fault = { _ in .unknown(isStored: isStored) }
        #expect(outcome(of: Batch(people: [person]))?.isUnknown == true)
        #expect(try store.load().people.isEmpty)
        store.fault = { _ in nil }
        #expect(outcome(of: Batch(people: [sample.person("ben")]))?.isUnknown == true)
        #expect(try store.crash().load().people == (isStored ? [person] : []))
    }

    @Test mutating func slowAppendsWaitInOrderAndACrashKeepsThoseThatTheDriverSays() throws {
        let people = ["anna", "ben", "cem"].map { sample.person($0) }
        var done: [Int] = []
        store.fault = { $0.people.first == people[0] ? .slow : nil }
        for (index, person) in people.enumerated() {
            store.append(Batch(people: [person])) { outcome in
                #expect(outcome == .stored)
                done.append(index)
            }
        }
        #expect(done.isEmpty && store.heldAppends == 3)
        #expect(try store.history.person(people[0].id) == nil)
        #expect(store.release())
        #expect(done == [0] && store.heldAppends == 2)
        let found = store.crash(keeping: 1)
        #expect(!store.release() && done == [0])
        #expect(try found.load().people == Array(people.prefix(2)))
    }

    @Test mutating func unsyncedTailIsLostAtACrashUnlessALaterSyncCoversIt() throws {
        let people = ["anna", "ben", "cem"].map { sample.person($0) }
        store.fault = { $0.people.first == people[1] ? nil : .unsynced }
        for person in people { #expect(outcome(of: Batch(people: [person])) == .stored) }
        #expect(try store.load().people == people)
        #expect(try store.crash().load().people == Array(people.prefix(2)))
    }

    private func outcome(of batch: Batch) -> AppendOutcome? {
        var outcome: AppendOutcome?
        store.append(batch) { outcome = $0 }
        return outcome
    }
}
