import Chat
import Reactor
import Storage
import Testing
import Wire

@testable import Server

/// A second factor's code is used up by the sequencer: once, and before anybody is let in by it.
@Suite struct CodeUseTests {
    private static let address = ConnectionAddress(loop: 0, channel: ChannelID(slot: 1, generation: 1))
    private static let other = ConnectionAddress(loop: 1, channel: ChannelID(slot: 2, generation: 1))
    private let scene: SequencerScene
    private let anna: Person

    init() throws {
        scene = try SequencerScene()
        anna = scene.person("anna")
        let factor = SecondFactor(
            id: Self.id, sealedSecret: [1], lastStep: 10, recoveryCodes: [Self.digest],
            enrolledAt: Timestamp(milliseconds: 1))
        scene.take(
            scene.envelope(
                anna, Self.address, .changeFactor(.enrolFactor(factor), telling: ["abcd", "efgh"])))
    }

    private static let id = SecondFactorID(high: 1, low: 1)
    private static let digest = Digest(bytes: [UInt8](repeating: 1, count: 32)) ?? .zero

    private func attach(
        _ address: ConnectionAddress, _ code: CodeUse.Code?, _ password: LoginChange? = nil
    ) -> Envelope {
        scene.envelope(
            anna, address,
            .attach(
                epoch: 0, session: LoginSessionID(high: 1, low: 1), password,
                code: code.map { CodeUse(factor: Self.id, code: $0) }))
    }

    private func outcome(_ items: [LoopItem]) -> RefusalCode? {
        guard case .attached(_, _, .failure(let refusal))? = items.last else { return nil }
        return refusal.code
    }

    private var stored: Person? {
        guard case .person(let person)? = scene.control(.showPerson(.id(anna.id))) else { return nil }
        return person
    }

    @Test func theRecoveryCodesAreToldOnceTheFactorIsStored() throws {
        #expect(scene.outputs.last?.storage == .stored)
        #expect(scene.outputs.last?.loops[0].first?.message == .recoveryCodes(["abcd", "efgh"]))
        #expect(try scene.store.history.person(anna.id)?.factor?.lastStep == 10)
        #expect(scene.outputs.last?.audit.map(\.kind) == ["factor_enrolled"])
    }

    /// Two that were proved at the same moment, in one batch and in two.
    @Test(arguments: [CodeUse.Code.step(11), .recovery(CodeUseTests.digest)])
    func aCodeLetsInOnce(code: CodeUse.Code) throws {
        let output = scene.take(attach(Self.address, code), attach(Self.other, code))
        #expect(outcome(output.loops[0]) == nil && outcome(output.loops[1]) == .wrongCode)
        guard case .attached(_, _, .success)? = output.loops[0].last else {
            Issue.record("the first was not let in")
            return
        }
        #expect(output.storage == .stored, "before anybody is told")
        #expect(outcome(scene.take(attach(Self.other, code)).loops[1]) == .wrongCode)
        let kept = try scene.store.history.person(anna.id)?.factor
        #expect(kept?.lastStep == (code == .step(11) ? 11 : 10))
        #expect(kept?.recoveryCodes.count == (code == .step(11) ? 1 : 0))
    }

    /// A crash loses nothing that was answered: the next process starts from what is stored.
    @Test func aCodeThatWasUsedStaysSoAfterACrash() throws {
        scene.take(attach(Self.address, .step(11)), attach(Self.address, .recovery(Self.digest)))
        let again = try SequencerScene(store: scene.store.crash())
        for code in [CodeUse.Code.step(11), .recovery(Self.digest)] {
            let envelope = again.envelope(
                anna, Self.address,
                .attach(
                    epoch: 0, session: LoginSessionID(high: 1, low: 1), nil,
                    code: CodeUse(factor: Self.id, code: code)))
            #expect(outcome(again.take(envelope).loops[0]) == .wrongCode)
        }
    }

    /// What cannot be remembered does not count: the same code would be good again.
    @Test func aFullDiskLetsNobodyInByACode() throws {
        scene.store.fault = { _ in .full }
        #expect(outcome(scene.take(attach(Self.address, .step(11))).loops[0]) == .storageFull)
        #expect(
            outcome(scene.take(attach(Self.address, nil)).loops[0]) == nil, "and everybody else as before")
        scene.store.fault = { _ in nil }
        #expect(outcome(scene.take(attach(Self.address, .step(11))).loops[0]) == nil)
    }

    @Test func aWrongCodeSetsNoPassword() throws {
        #expect(outcome(scene.take(attach(Self.address, .step(10), .chosen("hash"))).loops[0]) == .wrongCode)
        #expect(stored?.password == nil && stored?.sessionEpoch == 0)
        #expect(outcome(scene.take(attach(Self.address, .step(11), .chosen("hash"))).loops[0]) == nil)
        #expect(stored?.password == "hash" && stored?.factor?.lastStep == 11)
    }

    @Test func aChangeThatIsRefusedTellsNoCodes() {
        let proof = FactorProof.code(CodeUse(factor: Self.id, code: .step(10)))
        let change = Command.renewRecoveryCodes([.zero], of: Self.id, proof)
        let output = scene.take(
            scene.envelope(anna, Self.address, .changeFactor(change, telling: ["secret"])))
        #expect(output.loops[0].first?.refusal == .wrongCode)
        #expect(stored?.factor?.recoveryCodes == [Self.digest])
    }
}
