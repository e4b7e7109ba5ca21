package import Chat
import Native
import Reactor
package import Wire

/// One client on a loop: its machine, and the channel it has at the moment.
///
/// Loop thread only. Lives from `ClientDriver.add` until its machine has ended.
package final class DrivenClient {
    package let user: any ClientUser
    let machine: ClientMachine
    let plan: ConnectionPlan
    private unowned let driver: ClientDriver

    // MARK: loop thread only

    private(set) var channel: Channel?
    private var usesFallback = false
    private var attempts = 0
    private var isSettling = false
    private var sendIDs = SendIDSource()

    init(
        plan: ConnectionPlan, configuration: ClientConfiguration, user: any ClientUser, seed: UInt64,
        driver: ClientDriver
    ) {
        self.plan = plan
        self.user = user
        self.driver = driver
        machine = ClientMachine(
            configuration: configuration, cryptography: driver.cryptography, sealing: driver.sealing,
            hashing: driver.hashing, seed: seed)
    }

    // MARK: what the user asks

    package var isReady: Bool { machine.isReady }
    package var hasEnded: Bool { machine.hasEnded }
    package var unacknowledged: Int { machine.unacknowledged }

    package func open(
        _ room: RoomReference, from start: RoomReplica.Start, joins: Bool = false, follows: Bool = true
    ) -> RoomTicket {
        defer { settle() }
        return machine.open(room, from: start, joins: joins, follows: follows, now: now)
    }

    package func close(_ ticket: RoomTicket) {
        machine.close(ticket, now: now)
        settle()
    }

    /// The id under which the message is kept until it is acknowledged or refused; `nil` when too many are.
    package func send(_ content: Content, to room: RoomID) -> SendID? {
        let id = sendIDs.next(at: driver.wallClock, random: &driver.random)
        let isTaken = machine.send(SendMessage(room: room, id: id, content: content), now: now)
        settle()
        return isTaken ? id : nil
    }

    package func perform(_ request: Request) -> RequestTicket? {
        defer { settle() }
        return machine.perform(request, now: now)
    }

    package func noteRead(_ room: RoomID, through sequence: UInt64) {
        machine.noteRead(room, through: sequence, now: now)
        settle()
    }

    package func trust(logins: [Authentication] = []) {
        machine.trusted(logins: logins, wallClock: driver.wallClock, now: now)
        settle()
    }

    package func enter(code: String) {
        machine.entered(code: code, now: now)
        settle()
    }

    package func distrust(_ reason: String) {
        machine.distrusted(reason)
        settle()
    }

    package func leave() {
        machine.leave(now: now)
        settle()
    }

    /// While the user is behind, the server's bytes stay in the kernel.
    package func pauseReading() { channel?.pauseReading() }
    package func resumeReading() { channel?.resumeReading() }

    // MARK: what the driver tells

    func start() {
        machine.start(now: now)
        settle()
    }

    func opened() {
        guard let channel else { return }
        let binding =
            channel.exportKey(label: ChannelBinding.exporterLabel, count: ChannelBinding.exporterBytes) ?? []
        machine.connected(
            nonce: SecureRandom.bytes(count: ClientOffer.nonceBytes), channelBinding: binding, now: now)
        settle()
    }

    func received(_ bytes: Span<UInt8>) {
        machine.received(bytes, wallClock: driver.wallClock, now: now)
        settle()
    }

    /// The kernel has taken all that was written.
    func drained() {
        machine.drained(now: now)
        settle()
    }

    func timerFired() {
        machine.timerFired(now: now)
        settle()
    }

    func closed(_ reason: CloseReason) {
        channel = nil
        if case .handshakeFailed(let error) = reason, error.code == .peerUntrusted {
            guard plan.fallback != nil, !usesFallback else {
                // It was reached, and trying again would find the same certificate.
                return distrust("no authority that was given vouches for its certificate (\(error.detail))")
            }
            // The certificate is not one that this machine's authorities vouch for: the identity decides
            // then.
            usesFallback = true
            return connect()
        }
        machine.closed(Self.text(of: reason), now: now)
        settle()
    }

    private var now: Duration { driver.now }

    // MARK: carrying out

    private func settle() {
        // A user who asks for something while being told only adds to what is carried out below.
        guard !isSettling else { return }
        isSettling = true
        var actions = machine.takeActions()
        while !actions.isEmpty {
            for action in actions { carryOut(action) }
            actions = machine.takeActions()
        }
        isSettling = false
        driver.schedule(self, at: machine.deadline)
    }

    private func carryOut(_ action: ClientAction) {
        switch action {
        case .connect: connect()
        case .write(let bytes):
            channel?.write(bytes)
            if channel?.isCongested == true { machine.congested() }
        case .close:
            let closing = channel
            channel = nil
            closing?.attachment = nil
            closing?.close(afterFlush: true)
        case .judge(let server):
            user.client(self, mustJudge: server, isVerified: channel?.serverVerified ?? false)
        case .providers, .ready, .askCode, .offline, .opened, .event, .forget, .caughtUp,
            .roomEnded, .acknowledged, .sendRefused, .answered, .unanswered, .added, .position, .presence,
            .typing:
            user.client(self, told: action)
        case .ended:
            driver.forget(self)
            user.client(self, told: action)
        }
    }

    private func connect() {
        let address = plan.addresses[attempts % plan.addresses.count]
        attempts += 1
        do throws(IOError) {
            channel = try driver.connect(
                self, to: address, security: usesFallback ? plan.fallback ?? plan.security : plan.security)
        } catch {
            machine.closed("\(error)", now: now)
            settle()
        }
    }

    private static func text(of reason: CloseReason) -> String {
        switch reason {
        case .byPeer, .truncated: "the server closed the connection"
        case .byApplication, .loopEnded: "closed"
        case .slowReader: "the server reads too slowly"
        case .handshakeTimedOut: "no connection in time"
        case .notAdmitted: "not admitted"
        case .handshakeFailed(let error): "TLS: \(error)"
        case .securityFailed(let error): "TLS: \(error)"
        case .failed(let error): "\(error)"
        }
    }
}
