import Chat
import Testing

@testable import Server

@Suite struct AuditErasingsTests {
    private final class Scene {
        var asked: [(party: AuditParty, erased: AuditWriter.Erased)] = []
        var isStopping = false
        lazy var erasings = AuditErasings(patience: .zero) { [unowned self] party, erased in
            guard !isStopping else { return false }
            asked.append((party, erased))
            return true
        }
    }

    private func party(_ number: UInt64) -> AuditParty { .person(PersonID(high: 0, low: number)) }

    @Test func whoAsksAgainWaitsForTheSame() {
        let scene = Scene()
        #expect(scene.erasings.ask(party(1), isContinued: false) == nil)
        #expect(scene.erasings.ask(party(1), isContinued: true) == nil)
        scene.asked[0].erased(.success(7))
        #expect(scene.erasings.ask(party(1), isContinued: true) == .success(7))
        #expect(scene.asked.count == 1)
    }

    /// What one who has left was never told is of another day: entries have come since.
    @Test func whoAsksAnewGetsAnother() {
        let scene = Scene()
        #expect(scene.erasings.ask(party(1), isContinued: false) == nil)
        scene.asked[0].erased(.success(7))
        #expect(scene.erasings.ask(party(1), isContinued: false) == nil)
        scene.asked[1].erased(.success(1))
        #expect(scene.erasings.ask(party(1), isContinued: true) == .success(1))
    }

    @Test func twoPeoplesAreToldApart() {
        let scene = Scene()
        #expect(scene.erasings.ask(party(1), isContinued: false) == nil)
        #expect(scene.erasings.ask(party(2), isContinued: false) == nil)
        scene.asked[1].erased(.success(2))
        #expect(scene.erasings.ask(party(1), isContinued: true) == nil)
        #expect(scene.erasings.ask(party(2), isContinued: true) == .success(2))
    }

    @Test func thoseThatNobodyAsksAboutGiveWay() {
        let scene = Scene()
        for number in UInt64(0)..<16 { #expect(scene.erasings.ask(party(number), isContinued: false) == nil) }
        guard case .failure = scene.erasings.ask(party(99), isContinued: false) else {
            Issue.record("more are under way than there may be")
            return
        }
        for number in 0..<16 { scene.asked[number].erased(.success(number)) }
        #expect(scene.erasings.ask(party(99), isContinued: false) == nil)
        #expect(scene.asked.count == 17)
    }

    @Test func aServerThatStopsSaysSo() {
        let scene = Scene()
        scene.isStopping = true
        guard case .failure = scene.erasings.ask(party(1), isContinued: false) else {
            Issue.record("nobody will answer")
            return
        }
    }
}
