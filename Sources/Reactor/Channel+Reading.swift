import Native

/// Bytes coming in: one read a turn, decrypted and handed over without a copy. Loop thread only.
extension Channel {
    /// This channel's share of a turn's input, after an edge or because it stopped by budget.
    func perform() {
        switch lifecycle.state {
        case .connecting:
            if readiness.mayWrite { finishConnecting() }
        case .handshaking:
            if readiness.shouldWrite { requestFlush() }
            if readiness.shouldRead && context.handshakeBudget > 0 {
                context.handshakeBudget -= 1
                readable()
            }
        case .open, .finishing, .lingering:
            if readiness.shouldWrite { requestFlush() }
            if readiness.shouldRead {
                readable()
            } else if readiness.isBroken {
                // Paused or finishing, and nobody is left to write to.
                apply(lifecycle.fail(.byPeer))
            }
        case .closing, .closed:
            return
        }
        if readiness.shouldRead { context.queue(self) }
    }

    /// Reads once. A channel whose peer sends faster than that has its next turn without waiting for the
    /// kernel.
    func readable() {
        let buffer = context.readBuffer
        buffer.clear()
        let result: IOResult
        do throws(IOError) {
            result = try context.selector.read(from: socket!, into: buffer)
        } catch {
            apply(lifecycle.fail(.failed(error)))
            return
        }
        context.statistics.add(1, to: .reads)
        switch result {
        case .wouldBlock:
            readiness.readWouldBlock()
        case .bytes(let count):
            context.statistics.add(count, to: .bytesRead)
            readiness.didRead(count, of: buffer.capacity)
            received(buffer)
        case .endOfFile:
            hasReadEnd = true
            readiness.want(read: false)
            apply(lifecycle.streamEnded(security.isSecured ? .truncated : .byPeer))
        }
    }

    private func received(_ buffer: IOBuffer) {
        switch lifecycle.state {
        case .handshaking, .open:
            if security.isSecured {
                receiveSecured(buffer)
            } else {
                context.handler?.channelReceived(self, buffer.span)
            }
        case .lingering:
            lingeredBytes += buffer.count
            if lingeredBytes > context.limits.lingerBytes { apply(lifecycle.fail(.byApplication)) }
        case .connecting, .finishing, .closing, .closed:
            preconditionFailure("Channel.readable in state \(lifecycle.state): nobody wants these bytes")
        }
    }

    private func receiveSecured(_ buffer: IOBuffer) {
        guard let session = makeSession() else { return }
        let progress = session.receive(buffer.span) { bytes in
            announceIfEstablished(session)
            // The application may have closed the channel while handling an earlier record.
            if isOpen { context.handler?.channelReceived(self, bytes) }
        }
        if progress == .ok { announceIfEstablished(session) }
        keepOutput()
        handle(progress)
    }

    private func announceIfEstablished(_ session: TLSSession) {
        guard lifecycle.state == .handshaking, session.isEstablished else { return }
        apply(lifecycle.established())
    }
}
