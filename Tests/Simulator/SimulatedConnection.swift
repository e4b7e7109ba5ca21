import Chat
import Native
import Reactor
import Server
import Wire

/// Both directions of one connection, and what the kernels hold of them.
final class SimulatedSocket {
    /// What the kernels take for a client that does not read.
    static let kernelBytes = 1_024

    var toServer: [UInt8] = []
    var toClient: [UInt8] = []
    /// The client is gone; the server has not noticed yet.
    var isCutByClient = false
    var isClosedByServer = false
    /// The client reads nothing until then, in nanoseconds.
    var stalledUntil: Int64 = 0
}

/// What `Server.Connection` is to a loop, over a simulated socket: the real session, frames and outbox.
final class SimulatedConnection {
    let address: ConnectionAddress
    let socket: SimulatedSocket
    let witness: Witness
    let channelBinding: [UInt8]
    let policy: Outbox.Policy
    var session: Session
    var frames: FrameEncoder
    var outbox = Outbox()

    var person: Person?
    var login: (request: UInt64, login: ProvenLogin)?
    var rooms: [RoomID: UInt64] = [:]
    var gaps: [RoomID: Head] = [:]
    var inFlight = 0
    var isReadingHistory = false
    var isStalled = false
    var isClosing = false
    private var written: [UInt8] = []

    init(
        address: ConnectionAddress, socket: SimulatedSocket, witness: Witness, channelBinding: [UInt8],
        limits: Limits, now: Int64
    ) {
        self.address = address
        self.socket = socket
        self.witness = witness
        self.channelBinding = channelBinding
        policy = Outbox.Policy(
            limit: limits.outboxBytes, stallMark: limits.outboxStallBytes,
            patience: limits.slowReaderDeadline, congestionPatience: limits.congestionDeadline)
        session = Session(limits: limits, requiresSealing: true, now: now)
        frames = FrameEncoder(limit: limits.frameBytes, maxMessages: limits.messagesInAFrame)
    }

    func mayTake(window: Int) -> Bool { inFlight < window && !isReadingHistory && !outbox.isCongested }

    func enqueue(_ message: [UInt8]) {
        guard !isClosing else { return }
        witness.hear(message)
        frames.append(message)
    }

    func enqueue(refused refusal: Refusal, _ request: UInt64) {
        enqueue(ServerMessageEncoder.encode(.refused(RefusalNotice(refusal)), request: request))
    }

    func enqueue(_ event: [UInt8], of room: RoomID, head: Head, roomFor limit: Int) {
        if gaps[room] != nil || outbox.isCongested || frames.count + event.count > limit {
            gaps[room] = head
        } else {
            enqueue(event)
        }
    }

    /// Writes what gathered, and what was missed once the peer keeps up again; answers what was written.
    func flush(now: Int64, dice: Dice) -> [UInt8] {
        guard !socket.isClosedByServer else { return [] }
        if !gaps.isEmpty, !outbox.isCongested {
            for (room, head) in gaps.sorted(by: { $0.key < $1.key }) {
                dice.count(.gapTold)
                enqueue(ServerMessageEncoder.encode(.gap(room, head)))
            }
            gaps = [:]
        }
        writeOut(now: now)
        push(now: now)
        defer { written = [] }
        return written
    }

    /// Ends the open frame and hands over what gathered, sealed by the keys of the moment.
    func writeOut(now: Int64) {
        guard !frames.isEmpty else { return }
        var bytes: [UInt8] = []
        session.seal(&frames, into: &bytes)
        written += bytes
        if !outbox.append(bytes.span, policy: policy, now: Instant(nanoseconds: now)) { drop() }
    }

    /// The kernel takes what it has room for.
    func push(now: Int64) {
        let room = min(SimulatedSocket.kernelBytes - socket.toClient.count, outbox.count)
        if room > 0 {
            outbox.withPending { bytes in
                for index in 0..<room { socket.toClient.append(bytes[index]) }
            }
            outbox.taken(room, policy: policy, now: Instant(nanoseconds: now))
        }
        if isClosing, outbox.isEmpty { socket.isClosedByServer = true }
    }

    func disconnect(_ code: DisconnectCode, _ detail: String = "") {
        guard !isClosing else { return }
        enqueue(ServerMessageEncoder.encode(.disconnect(Disconnection(code, detail: detail))))
        isClosing = true
        if !session.isClosed { session.end() }
    }

    /// Ends it without a word.
    func drop() {
        isClosing = true
        if !session.isClosed { session.end() }
        outbox.discard()
        socket.isClosedByServer = true
    }
}
