import Native

/// Taking new connections: after everybody who is here already has been read. Loop thread only.
extension LoopContext {
    func open(_ listener: Listener) throws(IOError) {
        guard let opened = listener.open() else { preconditionFailure("a Listener belongs to one loop") }
        try selector.watch(opened.socket, token: ChannelID.listener(listeners.count).packed)
        listeners.append(opened)
    }

    func renewSecurity(_ security: ChannelSecurity, label: Int) {
        for listener in listeners where listener.label == label { listener.security = security }
    }

    /// At most `acceptsOfATurn`; whoever is left waits in the kernel and keeps the loop from sleeping.
    func acceptWaiting() {
        var budget = limits.acceptsOfATurn
        for listener in listeners where listener.mayAccept {
            if let resumesAt = listener.resumesAt {
                guard now >= resumesAt else { continue }
                listener.resumesAt = nil
            }
            accept(from: listener, budget: &budget)
        }
    }

    private func accept(from listener: OpenListener, budget: inout Int) {
        while budget > 0 {
            do throws(IOError) {
                guard let accepted = try selector.accept(from: listener.socket) else {
                    listener.mayAccept = false
                    return
                }
                budget -= 1
                try admit(accepted, from: listener)
            } catch {
                // Descriptors or memory have run out: trying again at once would only spin. Those who are
                // connected are served on, and may leave what the next one needs.
                listener.resumesAt = now + limits.acceptBackOff
                statistics.add(1, to: .acceptBackOffs)
                handler?.acceptFailed(error)
                return
            }
        }
    }

    private func admit(_ accepted: consuming AcceptedSocket, from listener: OpenListener) throws(IOError) {
        let peer = accepted.peer
        guard ledger.admit(peer.address, now: now) == .admitted else {
            statistics.add(1, to: .refusedAtAccept)
            return
        }
        let channel: Channel
        do throws(IOError) {
            channel = try add(
                accepted.takeSocket(), peer: peer, security: listener.security, listenerLabel: listener.label)
        } catch {
            ledger.release(peer.address, wasAuthenticated: false)
            throw error
        }
        statistics.add(1, to: .accepted)
        if channel.isOpen { channel.apply(.announce) }
    }
}
