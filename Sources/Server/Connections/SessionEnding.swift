import Chat
import Security

/// What follows when a session was closed: its access tokens are void, its connections end, and the audit log
/// hears of it. Any thread; the state writer's calls it between the commit and the answer.
struct SessionEnding: Sendable {
    let access: AccessTokens
    let sequencer: SequencerThread
    let audit: AuditWriter

    func carryOut(_ closed: ClosedSession, now: Timestamp) {
        let session = closed.session
        // In this order: whoever logs in between the two by a token of it is found by the second.
        access.withdraw(session.id, now: now)
        sequencer.submitAlways(
            Envelope(origin: .server, request: 0, body: .endSession(session.id, of: session.person)))
        let person = AuditParty.person(session.person)
        let details: AuditDetails = ["session": .text(session.id.description)]
        switch closed.reason {
        case .displaced: audit.note(SecurityEvent(.sessionClosed, at: now, by: person, of: [person], details))
        case .reuse: audit.note(SecurityEvent(.tokenReused, at: now, by: .unknown, of: [person], details))
        // Recorded by whoever asked for it: only there it is known who that is.
        case .wish: break
        }
    }
}
