import Native

/// Bytes going out: encrypted once, written once a turn, and kept only if the kernel does not take them.
/// Loop thread only.
extension Channel {
    /// Sends bytes, whole and in order. Within `channelWillFlush` they are encrypted straight from the
    /// caller's memory and leave with this turn's one system call; elsewhere they are copied and leave with
    /// this turn's flush. Written to a channel that is not open, they are dropped; written to one that is
    /// over its limit, the peer is a slow reader and the channel is dropped.
    package func write(_ bytes: [UInt8]) { write(bytes.span) }

    /// As `write` of an array.
    package func write(_ bytes: Span<UInt8>) {
        guard takesBytes, !bytes.isEmpty else { return }
        if outboxBytes > context.outboxPolicy.limit {
            overflow()
        } else if isFlushing {
            encrypt(bytes)
        } else {
            gathered.append(bytes)
            requestFlush()
        }
    }

    private var takesBytes: Bool {
        guard hasBeenAnnounced, !hasSaidFarewell, !securityHasFailed else { return false }
        switch lifecycle.state {
        case .open, .finishing: return true
        case .connecting, .handshaking, .lingering, .closing, .closed: return false
        }
    }

    /// This channel's part of the turn's flush: what the application has for it, then one write.
    func flush() {
        isDirty = false
        let hadBacklog = readiness.wantsWrite
        var wasCongested = isCongested
        switch lifecycle.state {
        case .handshaking:
            break
        case .open:
            gatherFromApplication()
        case .finishing:
            if takesBytes { gatherFromApplication() }
            sayFarewell()
        case .connecting, .lingering, .closing, .closed:
            return
        }
        wasCongested = wasCongested || isCongested
        writeOut()
        readiness.want(write: !outbox.isEmpty)
        guard outbox.isEmpty else {
            armTimer()
            return
        }
        if hadBacklog { armTimer() }
        // A close asked for during this very flush says its farewell in the next one.
        if hasSaidFarewell, case .finishing = lifecycle.state {
            apply(lifecycle.flushed(peerFinished: hasReadEnd))
        }
        if (hadBacklog || wasCongested) && isOpen { context.handler?.channelDrained(self) }
    }

    private func gatherFromApplication() {
        isFlushing = true
        if !gathered.isEmpty {
            let waiting = gathered
            gathered = []
            encrypt(waiting.span)
        }
        context.handler?.channelWillFlush(self)
        isFlushing = false
    }

    private func sayFarewell() {
        guard !hasSaidFarewell, case .finishing = lifecycle.state else { return }
        hasSaidFarewell = true
        session?.close()
    }

    private func encrypt(_ bytes: Span<UInt8>) {
        if let session {
            let progress = session.send(bytes)
            if progress != .ok { handle(progress) }
        } else if !outbox.append(bytes, policy: context.outboxPolicy, now: context.now) {
            overflow()
        }
    }

    /// Keeps what TLS had to say outside of a flush (handshake, alerts): the memory is another channel's
    /// next.
    func keepOutput() {
        guard context.memory.outputCount > 0 else { return }
        let isKept = context.memory.withOutput { bytes in
            outbox.append(bytes, policy: context.outboxPolicy, now: context.now)
        }
        context.memory.clearOutput()
        if isKept { requestFlush() } else { overflow() }
    }

    /// One system call for all that waits. Without a backlog it takes the ciphertext where TLS left it.
    private func writeOut() {
        let memory = context.memory
        defer { memory.clearOutput() }
        switch lifecycle.state {
        case .connecting, .lingering, .closing, .closed: return
        case .handshaking, .open, .finishing: break
        }
        if outbox.isEmpty && readiness.mayWrite {
            guard memory.outputCount > 0 else { return }
            let isKept = memory.withOutput { bytes in
                let taken = send(bytes)
                return taken == bytes.count
                    || outbox.append(
                        bytes.extracting(droppingFirst: taken), policy: context.outboxPolicy, now: context.now
                    )
            }
            precondition(isKept, "an empty outbox takes anything once")
            return
        }
        if memory.outputCount > 0 {
            let isKept = memory.withOutput { bytes in
                outbox.append(bytes, policy: context.outboxPolicy, now: context.now)
            }
            guard isKept else { return overflow() }
        }
        guard readiness.mayWrite && !outbox.isEmpty else { return }
        let taken = outbox.withPending { bytes in send(bytes) }
        outbox.taken(taken, policy: context.outboxPolicy, now: context.now)
    }

    /// - Returns: how many bytes the kernel took; none when the connection is broken, which closes the
    ///   channel.
    private func send(_ bytes: Span<UInt8>) -> Int {
        do throws(IOError) {
            let result = try context.selector.write(bytes, to: socket!)
            context.statistics.add(1, to: .writes)
            switch result {
            case .bytes(let count):
                context.statistics.add(count, to: .bytesWritten)
                readiness.didWrite(count, of: bytes.count)
                return count
            case .wouldBlock:
                readiness.writeWouldBlock()
                return 0
            case .endOfFile:
                preconditionFailure("a write has no end of file")
            }
        } catch {
            apply(lifecycle.fail(.failed(error)))
            return 0
        }
    }

    private func overflow() {
        context.statistics.add(1, to: .slowReaders)
        apply(lifecycle.fail(.slowReader))
    }
}
