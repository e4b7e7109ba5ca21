import Native

/// Carries out what the lifecycle decides. Loop thread only.
extension Channel {
    func apply(_ action: ChannelLifecycle.Action) {
        switch action {
        case .nothing:
            break
        case .beginHandshake:
            beginHandshake()
        case .announce:
            stateDeadline = nil
            armTimer()
            hasBeenAnnounced = true
            context.handler?.channelOpened(self)
        case .flush:
            readiness.want(read: false)
            stateDeadline =
                context.now
                + (isTooSlow ? context.limits.farewellDeadline : context.limits.slowReaderDeadline)
            armTimer()
            requestFlush()
        case .linger:
            linger()
        case .close:
            readiness.want(read: false)
            readiness.want(write: false)
            context.closing.append(self)
        }
    }

    /// The kernel has answered a connect.
    func finishConnecting() {
        do throws(IOError) {
            try context.selector.finishConnecting(socket!)
        } catch {
            apply(lifecycle.fail(.failed(error)))
            return
        }
        readiness.want(read: true)
        apply(lifecycle.connected(isSecured: security.isSecured))
    }

    private func beginHandshake() {
        guard let session = makeSession() else { return }
        let progress = session.handshake()
        keepOutput()
        handle(progress)
    }

    /// The channel's TLS session, made when it is first needed.
    func makeSession() -> TLSSession? {
        if let session { return session }
        do throws(TLSError) {
            switch security {
            case .plain:
                return nil
            case .server(let tls):
                guard context.ledger.admitsHandshake(peer.address, now: context.now) else {
                    context.statistics.add(1, to: .handshakesRefused)
                    apply(lifecycle.fail(.notAdmitted))
                    return nil
                }
                session = try TLSSession(context: tls, role: .server, memory: context.memory)
            case .client(let tls, let serverName, let resumption):
                session = try TLSSession(
                    context: tls, role: .client(serverName: serverName), memory: context.memory,
                    resumption: resumption)
            }
        } catch {
            context.statistics.add(1, to: .handshakesFailed)
            apply(lifecycle.fail(.handshakeFailed(error)))
        }
        return session
    }

    func handle(_ progress: TLSProgress) {
        switch progress {
        case .ok:
            break
        case .peerClosed:
            apply(lifecycle.finish(.byPeer))
        case .failed(let error):
            // An alert that says why may wait in the outbox: it is flushed like everything else.
            securityHasFailed = true
            if lifecycle.state == .handshaking {
                context.statistics.add(1, to: .handshakesFailed)
                apply(lifecycle.finish(.handshakeFailed(error)))
            } else {
                apply(lifecycle.finish(.securityFailed(error)))
            }
        }
    }

    private func linger() {
        do throws(IOError) {
            try context.selector.finishWriting(socket!)
        } catch {
            apply(lifecycle.fail(.failed(error)))
            return
        }
        session = nil
        readiness.want(read: true)
        stateDeadline = context.now + context.limits.lingerDeadline
        armTimer()
        if !readiness.maySleep { context.queue(self) }
    }

    /// One timer stands for the earliest of the channel's deadlines.
    func armTimer() {
        var earliest = stateDeadline
        if let deadline = applicationDeadline, isOpen { earliest = min(earliest ?? deadline, deadline) }
        if let deadline = readerDeadline {
            earliest = min(earliest ?? deadline, deadline)
        }
        if let earliest {
            context.wheel.arm(id.slot, at: earliest)
        } else {
            context.wheel.disarm(id.slot)
        }
    }

    /// The timer has gone off; which deadlines have come is looked up.
    func deadlinePassed() {
        let now = context.now
        if let deadline = readerDeadline, deadline <= now {
            readerIsTooSlow()
        } else if let deadline = stateDeadline, deadline <= now {
            stateDeadline = nil
            if lifecycle.state == .handshaking { context.statistics.add(1, to: .handshakesFailed) }
            apply(lifecycle.fail(.handshakeTimedOut))
        } else if let deadline = applicationDeadline, deadline <= now, isOpen {
            applicationDeadline = nil
            context.handler?.channelDeadline(self, now: now)
        }
        switch lifecycle.state {
        case .connecting, .handshaking, .open, .finishing, .lingering: armTimer()
        case .closing, .closed: break
        }
    }

    /// When the peer is a slow reader; `nil` once it is one, and has only the farewell's time left.
    private var readerDeadline: Instant? { isTooSlow ? nil : outbox.deadline(context.outboxPolicy) }

    /// Whether it is congested, and nobody has told it to go yet.
    var maySlowBeShed: Bool { isOpen && isCongested && !isTooSlow }

    /// The peer is a slow reader before its time, because memory is short. Who takes nothing at all would not
    /// take why either, and is cut off at once.
    func shed() {
        guard maySlowBeShed else { return }
        guard outbox.hasStood(for: context.limits.shedDeadline, now: context.now) else {
            return readerIsTooSlow()
        }
        context.statistics.add(1, to: .slowReaders)
        apply(lifecycle.fail(.slowReader))
    }

    private func readerIsTooSlow() {
        context.statistics.add(1, to: .slowReaders)
        guard isOpen else { return apply(lifecycle.fail(.slowReader)) }
        isTooSlow = true
        apply(lifecycle.finish(.slowReader))
        context.handler?.channelTooSlow(self)
    }

    /// The deferred close is carried out: the descriptor goes back to the kernel, and the application hears
    /// why.
    func release() {
        let reason = lifecycle.release()
        if reason == .slowReader && !outbox.isEmpty {
            // Who did not take this would not take what the kernel still holds either. A socket that is gone
            // needs nothing.
            try? context.selector.resetOnClose(socket!)
        }
        socket = nil
        session = nil
        outbox.discard()
        gathered = []
        if hasBeenAnnounced || listenerLabel == nil { context.handler?.channelClosed(self, reason) }
        attachment = nil
    }
}
