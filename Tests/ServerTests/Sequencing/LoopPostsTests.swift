import Chat
import Reactor
import Server
import Synchronization
import Testing

@Suite struct LoopPostsTests {
    private let room = RoomID(high: 1, low: 1)
    private let other = RoomID(high: 1, low: 2)

    private func event(_ room: RoomID, _ sequence: UInt64) -> LoopItem {
        .event(room, head: Head(sequence: sequence, link: .zero), [1, 2, 3])
    }

    @Test func eachLoopWithSomethingToDoGetsOneLetter() {
        let letters = Mutex<[Int]>([])
        let post: LoopPosts.Post = { _, bytes in
            letters.withLock { $0.append(bytes) }
            return true
        }
        var posts = LoopPosts(post: [post, post, post], postAlways: [post, post, post])
        posts.deliver([[event(room, 1), event(room, 2)], [], [event(room, 1)]])
        #expect(posts.letters == 2)
        #expect(letters.withLock { $0 } == [134, 67])
    }

    @Test func aFullLoopGetsItsAnswersAndOneGapARoom() {
        let taken = Mutex<[LoopItem]>([])
        let channel = ChannelID(slot: 1, generation: 1)
        let answer = LoopItem.message(channel, [9], settles: true)
        var posts = LoopPosts(
            post: [{ _, _ in false }],
            postAlways: [
                { letter, _ in
                    if case .committed(let items) = letter { taken.withLock { $0 = items } }
                    return true
                }
            ])
        posts.deliver([[event(room, 1), answer, event(other, 7), event(room, 2)]])
        #expect(
            taken.withLock { $0 } == [
                answer, .gap(other, Head(sequence: 7, link: .zero)),
                .gap(room, Head(sequence: 2, link: .zero)),
            ])
    }
}
