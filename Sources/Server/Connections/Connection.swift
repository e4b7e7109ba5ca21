import Chat
import Native
import Reactor
import Security
import Wire

/// One client's conversation: its session machine, what gathers for it until the flush, and what it follows.
///
/// Loop thread only. Lives from `ClientLoop.channelOpened` to `channelClosed`.
final class Connection {
    /// What the loop's bytes may hold on to from one flush to the next.
    private static let keptBytes = 131_072

    let channel: Channel
    var session: Session
    /// Messages since the last flush: sealed and written once a turn.
    var frames: FrameEncoder

    var person: Person?
    /// The session that let it in.
    var loginSession: LoginSessionID?
    /// What that session may be used for; nothing before the login.
    var scopes: Scopes = []
    /// When a key ends, and the connection with it.
    var keyEnd: Instant?
    /// What the sequencer has still to accept, and the answer it will give.
    var login: (request: UInt64, login: ProvenLogin)?
    /// How the login that is under way, or was the last, was tried.
    var claim: LoginClaim?
    /// A second factor that waits to be confirmed; the next offer takes its place.
    var offeredFactor: OfferedFactor?
    /// And from which sequence on it reads their histories.
    var rooms: [RoomID: UInt64] = [:]
    /// Rooms with events that were stored but not written here, because the peer reads too slowly.
    var gaps: [RoomID: Head] = [:]
    /// What it has asked for lately.
    var buckets = ConnectionBuckets()
    /// When it said last that its person is writing.
    var typedAt: Instant?
    /// Commands without an answer; at the limit the connection is not read.
    var inFlight = 0
    /// One page at a time: its size is what the outbox has room for above its stall mark.
    var isReadingHistory = false
    var isStalled = false
    /// Among those that are connected without sealing.
    var isCountedUnsealed = false
    /// The server ends: the connection closes when everything in flight is answered.
    var isDraining = false
    var isClosing = false

    init(channel: Channel, session: consuming Session, frames: FrameEncoder) {
        self.channel = channel
        self.session = session
        self.frames = frames
    }

    /// Whether another request may be taken: the window has room, the peer reads what it is sent, and no page
    /// is under way.
    func mayTake(window: Int) -> Bool { inFlight < window && !isReadingHistory && !channel.isCongested }

    func enqueue(_ message: [UInt8]) {
        guard !isClosing else { return }
        frames.append(message)
        channel.requestFlush()
    }

    func enqueue(refused refusal: Refusal, _ request: UInt64) {
        enqueue(ServerMessageEncoder.encode(.refused(RefusalNotice(refusal)), request: request))
    }

    /// An event of a room, unless the peer is behind: then the history keeps it, and only the head is
    /// remembered.
    func enqueue(_ event: [UInt8], of room: RoomID, head: Head, roomFor limit: Int) {
        if gaps[room] != nil || channel.isCongested || frames.count + event.count > limit {
            gaps[room] = head
        } else {
            enqueue(event)
        }
    }

    /// Writes what gathered, with one call; then, if the peer keeps up again, what it has missed.
    func flush(through bytes: inout [UInt8]) {
        if !gaps.isEmpty && !channel.isCongested {
            for (room, head) in gaps { frames.append(ServerMessageEncoder.encode(.gap(room, head))) }
            gaps = [:]
        }
        writeOut(through: &bytes)
    }

    /// Ends the open frame and hands over what gathered, sealed by the keys of the moment: put together in
    /// the loop's bytes, which are empty before and after.
    func writeOut(through bytes: inout [UInt8]) {
        guard !frames.isEmpty else { return }
        session.seal(&frames, into: &bytes)
        channel.write(bytes)
        bytes.removeAll(keepingCapacity: bytes.capacity <= Self.keptBytes)
    }

    /// Says why and closes, once all that was enqueued before is written.
    func disconnect(_ code: DisconnectCode, _ detail: String = "", reconnectAfter: Duration? = nil) {
        guard !isClosing else { return }
        let notice = Disconnection(code, detail: detail, reconnectAfter: reconnectAfter)
        enqueue(ServerMessageEncoder.encode(.disconnect(notice)))
        isClosing = true
        if !session.isClosed { session.end() }
        channel.close(afterFlush: true)
    }
}
