import Chat
import Native
import Storage
import Synchronization
import Testing

@testable import Server

/// The thread that has old history removed, with the sequencer played by the test.
@Suite struct RetentionKeeperTests {
    /// Runs a keeper on a thread of its own until `isEnough`, each request carried out at once; answers how
    /// many there were.
    private static func run(
        _ scene: RetentionScene, _ keeper: RetentionKeeper, isAnswered: Bool = true,
        isHeld: () -> Bool = { false }, isEnough: (Int) -> Bool
    ) -> Int {
        var requests = 0
        keeper.run(scene.store.history, now: { Timestamp(milliseconds: 2_000) }, isHeld: isHeld) { envelope in
            requests += 1
            #expect(envelope.origin == .retention)
            let output = scene.scene.take(envelope)
            if isAnswered { keeper.tell(output.retention) }
            if isEnough(requests) { keeper.finish() }
            return true
        } note: { error in
            #expect(error == nil)
        }
        return requests
    }

    private static var limits: Limits {
        var limits = Limits.standard
        limits.removedEvents = 3
        limits.retentionPause = .milliseconds(1)
        limits.retentionRest = 0
        limits.retentionTurns = 2
        limits.retentionInterval = .milliseconds(1)
        return limits
    }

    @Test func itRemovesPieceByPieceUntilNothingIsOlder() throws {
        let scene = try RetentionScene(messages: 20)
        let head = try scene.span().head
        let keeper = RetentionKeeper(limits: Self.limits, rule: Retention(events: 4))
        let requests = Self.run(scene, keeper) { _ in (try? scene.sequences().count) == 4 }
        #expect(try scene.sequences() == Array(head - 3...head))
        #expect(requests == Int(head - 4 + 2) / 3)
    }

    @Test func whatIsNotAnsweredInTimeIsLookedForAgain() throws {
        let scene = try RetentionScene(messages: 10)
        var limits = Self.limits
        limits.retentionPatience = .milliseconds(5)
        let keeper = RetentionKeeper(limits: limits, rule: Retention(events: 4))
        _ = Self.run(scene, keeper, isAnswered: false) { _ in (try? scene.sequences().count) == 4 }
        #expect(try scene.sequences().count == 4)
    }

    @Test func sendsAreForgottenOnceTheyNeedNotBeRemembered() throws {
        let scene = try RetentionScene(messages: 10)
        var limits = Self.limits
        let first = RetentionKeeper(limits: limits, rule: Retention(events: 4))
        _ = Self.run(scene, first) { _ in (try? scene.sequences().count) == 4 }
        #expect(try scene.store.history.remembersSends(before: .never))
        limits.sendMemory = .zero
        _ = Self.run(scene, RetentionKeeper(limits: limits)) { $0 == 1 }
        #expect(try !scene.store.history.remembersSends(before: .never))
    }

    /// What is removed is written to the log first.
    @Test func aDiskThatHasNoRoomForAPieceTakesASmallerOne() throws {
        let scene = try RetentionScene(messages: 10)
        var limits = Self.limits
        limits.retentionRetry = .milliseconds(1)
        limits.retentionInterval = .seconds(3_600)
        scene.store.fault = { batch in
            batch.rooms.contains { ($0.removal?.remembered.count ?? 0) > 1 } ? .full : nil
        }
        let keeper = RetentionKeeper(limits: limits, rule: Retention(events: 4))
        _ = Self.run(scene, keeper) { _ in (try? scene.sequences().count) == 4 }
        #expect(try scene.sequences().count == 4)
    }

    @Test func itWaitsWhileASnapshotIsMade() throws {
        let scene = try RetentionScene(messages: 10)
        let keeper = RetentionKeeper(limits: Self.limits, rule: Retention(events: 4))
        var looks = 0
        // Held at first, and again in the middle.
        let isHeld = {
            looks += 1
            return looks < 5 || looks == 7
        }
        var before: [Int] = []
        _ = Self.run(scene, keeper, isHeld: isHeld) { _ in
            before.append(looks)
            return (try? scene.sequences().count) == 4
        }
        #expect(try scene.sequences().count == 4)
        #expect(before.allSatisfy { $0 >= 5 && $0 != 7 } && looks > 7)
    }

    @Test func anotherRuleCountsAtOnce() throws {
        let scene = try RetentionScene(messages: 10)
        var limits = Self.limits
        limits.retentionInterval = .seconds(3_600)
        let keeper = RetentionKeeper(limits: limits)
        let isDone = Semaphore()
        // Applied by another thread, before or while the first look finds nothing.
        let thread = try Thread.start(name: "operator") {
            keeper.apply(Retention(events: 2))
            isDone.signal()
        }
        _ = Self.run(scene, keeper) { _ in (try? scene.sequences().count) == 2 }
        #expect(try scene.sequences().count == 2)
        #expect(isDone.wait(timeout: .seconds(10)))
        thread.join()
    }
}
