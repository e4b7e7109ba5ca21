import Chat
import Native
import Server
import Testing

@Suite struct ControlDeskTests {
    private let sequencer = SequencerThread(limits: .standard)
    private let desk: ControlDesk

    init() {
        desk = ControlDesk(sequencer: sequencer, stateWriter: StateWriter(limits: .standard))
    }

    /// The sequencer has failed with this request still in its queue: the asker must not keep the process.
    @Test func whoWaitsForASequencerThatHasFailedIsAnswered() throws {
        let answered = Semaphore()
        let asker = try Thread.start(name: "asker") { [desk] in
            if case .refused(let refusal) = desk.ask(.listPeople(after: nil)), refusal.code == .unknownOutcome
            {
                answered.signal()
            }
        }
        desk.abandon()
        asker.join()
        #expect(answered.wait(timeout: .zero))
    }

    @Test func anAnswerThatCameBeforeIsStillTaken() throws {
        desk.deliver([ControlAnswer(request: 1, answer: .people([], more: false))])
        desk.abandon()
        #expect(desk.ask(.listPeople(after: nil)) == .people([], more: false))
    }
}
