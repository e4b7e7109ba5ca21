import Wire

/// Hands what a client tells to the desk. Loop thread only.
final class Spokesman: ClientUser {
    private let desk: NewsDesk
    private let end: () -> Void

    /// `end` is called after the client has ended.
    init(desk: NewsDesk, end: @escaping () -> Void) {
        self.desk = desk
        self.end = end
    }

    func client(_ client: DrivenClient, told action: ClientAction) {
        desk.post(.told(action))
        switch action {
        case .event: if desk.mustPause() { client.pauseReading() }
        case .ended: end()
        case .connect, .write, .close, .judge, .providers, .askCode, .ready, .offline, .opened,
            .forget, .caughtUp, .roomEnded, .acknowledged, .sendRefused, .answered, .unanswered, .added,
            .position, .presence, .typing:
            break
        }
    }

    func client(_ client: DrivenClient, mustJudge server: VerifiedServer, isVerified: Bool) {
        desk.post(.mustJudge(server, isVerified: isVerified))
    }
}
