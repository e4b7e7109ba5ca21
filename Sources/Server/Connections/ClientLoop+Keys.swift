import Chat
import Native
import Reactor
import Wire

/// Keys that a person makes for programs. Loop thread only.
extension ClientLoop {
    /// Recorded first, under the id that it will have.
    func wishForKey(_ key: NewKey, _ number: UInt64, _ connection: Connection) {
        let now = Timestamp(milliseconds: WallClock.milliseconds())
        submit(.makeKey(MintedKey.named(key, now: now)), number, connection)
    }

    /// It stands in the audit log's outbox: now the state writer makes it, if the session that asked is still
    /// there.
    func makeKey(_ id: ChannelID, _ request: UInt64, _ key: NewKey, of owner: Person) {
        guard let connection = connection(id), !connection.isClosing else { return }
        let post = post
        let asker = SessionDesk.Asker(person: owner, session: connection.loginSession)
        let isTaken = services.sessions.make(key, asker) { answer in
            post(.answer(id, ServerMessageEncoder.encode(answer, request: request)))
        }
        guard !isTaken else { return }
        let busy = RefusalNotice(Refusal(.busy, retryAfter: services.limits.busyRetry))
        settle(id, ServerMessageEncoder.encode(.refused(busy), request: request))
    }
}
