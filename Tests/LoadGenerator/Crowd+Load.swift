import Chat
import Native
import Reactor
import Wire

/// Sending at a pace, and checking everything that comes back.
extension Crowd {
    /// After the last send, so long without any arrival means that what is missing is lost.
    private static let patience = Duration.seconds(5)

    func begin(_ run: LoadRun) {
        // The first message is not due before this turn is over.
        run.start = MonotonicClock.now() + .milliseconds(5)
        run.lastArrival = run.start
        run.firstRequest = lastRequest + 1
        for index in rooms.indices { rooms[index].beginRun() }
        load = run
        task = .loading
        context.setDeadline(run.start)
    }

    /// Sends what is due and ends what is over. `now` is read afresh: a turn may have been long.
    func work(now: Instant) {
        guard let run = load else { return }
        if run.hasStopped { return settle(now) }
        switch run.pace {
        case .open: sendDue(now)
        case .closed(let senders, let window): pour(now, senders, window)
        }
    }

    private func sendDue(_ now: Instant) {
        guard let run = load else { return }
        var place = run.dues.count
        while place < run.total, run.due(place) <= now {
            let room = place % rooms.count
            let members = rooms[room].members
            let turn = place / rooms.count
            // A stride through the members, so that neighbours in time are not neighbours in the table.
            let sender = members.lowerBound + turn % members.count
            send(clients[sender], due: run.due(place))
            place += 1
        }
        if place == run.total {
            run.hasStopped = true
            context.setDeadline(now + .milliseconds(1))
        } else {
            context.setDeadline(run.due(place))
        }
    }

    private func pour(_ now: Instant, _ senders: Int, _ window: Int) {
        guard let run = load else { return }
        if run.dues.isEmpty {
            let step = max(1, clients.count / senders)
            for sender in stride(from: 0, to: clients.count, by: step).prefix(senders) {
                for _ in 0..<window { send(clients[sender], due: now) }
            }
        }
        if now >= run.end { run.hasStopped = true }
        context.setDeadline(now + .milliseconds(20))
    }

    private func send(_ client: LoadClient, due: Instant) {
        guard let place = client.room else { return fail("a sender without a room") }
        let request = nextRequest()
        guard let run = load else { return }
        let stamp = Stamp(run: run.seed, dueNanoseconds: due.nanoseconds)
        let message = SendMessage(
            room: rooms[place].id, id: SendID(high: plan.seed << 16 | 0x7000, low: request),
            body: MessageBody(bytes: stamp.body))
        client.say(.request(.command(.send(message))), request: request)
        run.dues.append(due.nanoseconds)
        run.outcome.sent += 1
        if client.isSubscribed { run.outcome.expectedDeliveries += rooms[place].members.count }
    }

    // MARK: what comes back

    func acknowledged(_ client: LoadClient, request: UInt64, sequence: UInt64, send: UInt64) {
        guard let run = load, let room = client.room else { return }
        let now = MonotonicClock.now()
        let place = Int(request) - Int(run.firstRequest)
        guard send == request, run.dues.indices.contains(place), run.dues[place] != 0,
            rooms[room].acknowledge(sequence)
        else {
            run.outcome.wrongAcks += 1
            return
        }
        run.ack.record(nanoseconds: now.nanoseconds - run.dues[place])
        run.dues[place] = 0
        run.outcome.acknowledged += 1
        run.lastArrival = now
        guard case .closed = run.pace, !run.hasStopped else { return }
        self.send(client, due: now)
    }

    func delivered(_ client: LoadClient, _ sequence: UInt64, _ stamp: Stamp?) {
        let run = load
        let expected = client.lastSequence + 1
        if sequence < expected {
            run?.outcome.duplicates += 1
            return
        }
        if sequence > expected { run?.outcome.lost += Int(sequence - expected) }
        client.lastSequence = sequence
        guard let run, let stamp, stamp.run == run.seed else { return }
        let now = MonotonicClock.now()
        run.delivery.record(nanoseconds: now.nanoseconds - stamp.dueNanoseconds)
        run.outcome.deliveries += 1
        run.lastArrival = now
    }

    /// The server left events to the history: for a reader that keeps up, that is a loss.
    func missed(_ client: LoadClient, through sequence: UInt64) {
        guard sequence > client.lastSequence else { return }
        load?.outcome.lost += Int(sequence - client.lastSequence)
        client.lastSequence = sequence
    }

    // MARK: the end

    private func settle(_ now: Instant) {
        guard let run = load else { return }
        let outcome = run.outcome
        let isComplete =
            outcome.acknowledged + outcome.refused >= outcome.sent
            && outcome.deliveries + outcome.lost >= outcome.expectedDeliveries
        guard isComplete || now - max(run.lastArrival, run.end) > Self.patience else {
            return context.setDeadline(now + .milliseconds(1))
        }
        run.outcome.lost += max(0, outcome.expectedDeliveries - outcome.deliveries - outcome.lost)
        run.outcome.wrongAcks += rooms.reduce(0) { $0 + $1.holes }
        run.outcome.seconds = Double((run.lastArrival - run.start).wholeNanoseconds) / 1e9
        if run.outcome.deliveries > 0 { run.outcome.delivery = run.delivery.summary }
        if run.outcome.acknowledged > 0 { run.outcome.ack = run.ack.summary }
        finish(run.outcome)
    }
}
