import Chat
import Testing

/// What the chat's state does with second factors: whose they are, that a code is used up, and what is
/// recorded.
@Suite struct SecondFactorTests {
    private var chats = Chats()
    private let anna: PersonID
    private let bert: PersonID

    init() {
        anna = chats.person("anna")
        bert = chats.person("bert")
        chats.state.commit()
    }

    private static func digest(_ number: UInt8) -> Digest {
        Digest(bytes: [UInt8](repeating: number, count: 32)) ?? .zero
    }

    private static func factor(_ number: UInt64 = 1, step: UInt64 = 100) -> SecondFactor {
        SecondFactor(
            id: SecondFactorID(high: 9, low: number), sealedSecret: [1, 2, 3], lastStep: step,
            recoveryCodes: [digest(1), digest(2)], enrolledAt: Timestamp(milliseconds: 5))
    }

    private static func use(_ code: CodeUse.Code, _ number: UInt64 = 1) -> CodeUse {
        CodeUse(factor: SecondFactorID(high: 9, low: number), code: code)
    }

    private var factor: SecondFactor? { chats.state.people[anna]?.factor }
    private var recorded: [String] { chats.state.batch.audit.map(\.kind) }

    private mutating func enrol() {
        chats.apply(.enrolFactor(Self.factor()), by: .person(anna))
        chats.state.commit()
    }

    @Test mutating func aPersonEnrolsTheOwnFactorOnce() {
        #expect(chats.apply(.enrolFactor(Self.factor()), by: .person(anna)) == .accepted(.person(anna)))
        #expect(factor == Self.factor() && chats.state.people[bert]?.factor == nil)
        #expect(recorded == ["factor_enrolled"])
        #expect(chats.state.batch.people.map(\.factor) == [Self.factor()], "it is stored with the person")
        #expect(
            chats.apply(.enrolFactor(Self.factor(2)), by: .person(anna)).refusal == .secondFactorExists)
        #expect(chats.apply(.enrolFactor(Self.factor()), by: .operations).refusal == .forbidden)
        chats.state.rollback()
        #expect(factor == nil)
    }

    @Test mutating func aStepIsUsedOnceAndNoneBeforeItAfterwards() {
        enrol()
        let steps: [UInt64] = [100, 99, 101, 101, 100, 103, 102]
        let verdicts = steps.map { chats.apply(.useCode(.id(anna), Self.use(.step($0)))).refusal }
        #expect(verdicts == [.wrongCode, .wrongCode, nil, .wrongCode, .wrongCode, nil, .wrongCode])
        #expect(factor?.lastStep == 103)
        #expect(recorded.isEmpty, "a login by the authenticator is recorded as a login")
    }

    @Test mutating func aRecoveryCodeIsUsedOnceAndRecorded() {
        enrol()
        let use = Self.use(.recovery(Self.digest(1)))
        #expect(chats.apply(.useCode(.id(anna), use)).refusal == nil)
        #expect(factor?.recoveryCodes == [Self.digest(2)] && factor?.lastStep == 100)
        #expect(recorded == ["recovery_code_used"])
        #expect(chats.state.batch.audit.first?.actor == "person:\(anna)")
        #expect(
            chats.state.batch.audit.first.map { String(decoding: $0.details, as: UTF8.self) }
                == "{\"name\":\"anna\",\"left\":1}")
        #expect(chats.apply(.useCode(.id(anna), use)).refusal == .wrongCode)
        // Undone with its batch.
        chats.state.rollback()
        #expect(factor?.recoveryCodes.count == 2)
    }

    /// What was proved of one factor says nothing of the one that took its place, and nothing is needed of
    /// whoever has none any more.
    @Test mutating func aCodeIsOfOneFactor() {
        enrol()
        #expect(chats.apply(.useCode(.id(anna), Self.use(.step(200), 2))).refusal == .wrongCode)
        #expect(chats.apply(.useCode(.id(bert), Self.use(.step(200), 2))).refusal == nil)
        #expect(
            chats.apply(.useCode(.id(anna), Self.use(.step(200))), by: .person(bert)).refusal == .forbidden)
    }

    @Test mutating func itsPersonRemovesItByACodeOrThePassword() {
        for (proof, refusal) in [
            (FactorProof.code(Self.use(.step(101))), nil), (.code(Self.use(.step(100))), .wrongCode),
            (.code(Self.use(.recovery(Self.digest(2)))), nil),
            (.code(Self.use(.recovery(Self.digest(3)))), .wrongCode), (.password(epoch: 0), nil),
            (.password(epoch: 1), .wrongCredentials),
        ] as [(FactorProof, RefusalCode?)] {
            enrol()
            #expect(chats.apply(.removeOwnFactor(proof), by: .person(anna)).refusal == refusal, "\(proof)")
            #expect((factor == nil) == (refusal == nil))
            #expect(recorded.contains("factor_removed") == (refusal == nil))
            chats.state.rollback()
        }
        #expect(
            chats.apply(.removeOwnFactor(.password(epoch: 0)), by: .person(bert)).refusal == .noSecondFactor)
    }

    @Test mutating func newRecoveryCodesVoidThoseBefore() {
        enrol()
        let (id, fresh) = (SecondFactorID(high: 9, low: 1), [Self.digest(7)])
        let proof = FactorProof.code(Self.use(.recovery(Self.digest(1))))
        #expect(
            chats.apply(.renewRecoveryCodes(fresh, of: id, proof), by: .person(anna)).refusal == nil)
        #expect(factor?.recoveryCodes == fresh)
        #expect(recorded == ["recovery_code_used", "recovery_codes_renewed"])
        let old = Self.use(.recovery(Self.digest(2)))
        #expect(chats.apply(.useCode(.id(anna), old)).refusal == .wrongCode)
        let other = SecondFactorID(high: 9, low: 2)
        let password = FactorProof.password(epoch: 0)
        #expect(
            chats.apply(.renewRecoveryCodes(fresh, of: other, password), by: .person(anna)).refusal
                == .wrongCode, "digests are of one factor")
    }

    @Test mutating func anOperatorRemovesItForSomebodyWhoLostEverything() {
        enrol()
        #expect(chats.apply(.removeFactor(.name("anna")), by: .person(bert)).refusal == .forbidden)
        #expect(chats.apply(.removeFactor(.name("anna"))).refusal == nil)
        #expect(factor == nil && recorded == ["factor_removed"])
        #expect(chats.state.batch.audit.first?.actor == "operations")
        #expect(chats.apply(.removeFactor(.name("anna"))).refusal == .noSecondFactor)
        #expect(chats.apply(.removeFactor(.name("carl"))).refusal == .unknownPerson)
    }

    /// Another password, set by the operator or by a link, is no way around it.
    @Test mutating func anotherPasswordKeepsTheFactor() {
        enrol()
        chats.apply(.setPassword(.id(anna), "hash"))
        chats.apply(.choosePassword(.id(anna), "another"))
        chats.apply(.setDisabled(.id(anna), true))
        chats.apply(.setDisabled(.id(anna), false))
        #expect(factor == Self.factor())
    }

    /// What must be recorded is refused where it cannot be; a login by the authenticator goes on.
    @Test mutating func withoutTheAuditLogNoRecoveryCodeIsUsed() {
        enrol()
        chats.context.audit = .unavailable
        #expect(
            chats.apply(.useCode(.id(anna), Self.use(.recovery(Self.digest(1))))).refusal
                == .auditUnavailable)
        #expect(chats.apply(.removeFactor(.id(anna))).refusal == .auditUnavailable)
        #expect(chats.apply(.useCode(.id(anna), Self.use(.step(101)))).refusal == nil)
    }
}
