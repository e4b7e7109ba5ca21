import Chat
import Reactor

/// The way from the sequencer to the loops: one letter a loop and batch, and never a wait for any of them.
///
/// Sequencer's thread only.
package struct LoopPosts {
    /// Posts to the loop's bounded mailbox; false when it is full.
    package typealias Post = @Sendable (_ letter: LoopLetter, _ bytes: Int) -> Bool

    private let post: [Post]
    /// For what the windows bound already: answers and changes of subscriptions.
    private let postAlways: [Post]
    /// How many letters went out: one a loop and batch (promise of the design, counted in a test).
    package private(set) var letters = 0

    package init(post: [Post], postAlways: [Post]) {
        self.post = post
        self.postAlways = postAlways
    }

    package mutating func deliver(_ loops: [[LoopItem]]) {
        for (loop, items) in loops.enumerated() where !items.isEmpty {
            letters += 1
            let bytes = items.reduce(0) { $0 + $1.byteCount }
            if post[loop](.committed(items), bytes) { continue }
            // The loop is behind. What the history holds is left to the history; what only this letter holds
            // is not.
            let kept = Self.withoutEvents(items)
            _ = postAlways[loop](.committed(kept), kept.reduce(0) { $0 + $1.byteCount })
        }
    }

    /// The same items with, for each room, one gap in the place of its last event.
    static func withoutEvents(_ items: [LoopItem]) -> [LoopItem] {
        var kept: [LoopItem] = []
        var rooms: Set<RoomID> = []
        for item in items.reversed() where !item.isPassing {
            guard case .event(let room, let head, _) = item else {
                kept.append(item)
                continue
            }
            if rooms.insert(room).inserted { kept.append(.gap(room, head)) }
        }
        return kept.reversed()
    }
}
