import Chat
import Native
import Testing

@testable import Server

@Suite struct StandStillTests {
    private func thread(_ body: @escaping @Sendable () -> Void) throws -> Native.Thread {
        try Native.Thread.start(name: "stander") { body() }
    }

    @Test func whoStandsGoesOnWhenItIsOver() throws {
        let still = StandStill()
        let threads = try (0..<3).map { _ in try thread { still.stand() } }
        for _ in threads { #expect(try still.waitForNext(within: .seconds(30))) }
        #expect(try !still.waitForNext(within: .zero))
        #expect(still.end() > .zero)
        for thread in threads { thread.join() }
    }

    @Test func whoComesTooLatePasses() throws {
        let still = StandStill()
        #expect(try !still.waitForNext(within: .zero))
        #expect(still.end() == .zero)
        try thread { still.stand() }.join()
        still.end()
    }

    @Test func whoCannotStandSaysWhy() {
        let still = StandStill()
        still.refuse(StorageError(.full, "no room"))
        #expect(throws: StorageError(.full, "no room")) { try still.waitForNext(within: .zero) }
    }
}
