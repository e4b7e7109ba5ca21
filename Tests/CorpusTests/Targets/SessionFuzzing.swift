import Chat
import Wire

/// A whole conversation with the session machine, by a driver that answers at once: the same bytes give the
/// same actions in whatever pieces they come, and nothing traps.
enum SessionFuzzing {
    /// The first byte says how the driver behaves, the second how large the pieces are; the rest is the
    /// stream.
    static func run(_ bytes: [UInt8]) {
        guard bytes.count > 2 else { return }
        let driver = Driver(choices: bytes[0])
        let stream = Array(bytes[2...])
        let whole = driver.play(stream, piece: stream.count)
        let pieces = driver.play(stream, piece: Int(bytes[1]) + 1)
        precondition(whole == pieces, "pieces give other actions than the whole")
        for case .request(let number, let request) in whole { checkAgain(number, request) }
    }

    /// What was understood is understood the same when it is said again.
    private static func checkAgain(_ number: UInt64, _ request: Request) {
        precondition(number != 0, "a request without a number")
        let encoded = ClientMessageEncoder.encode(.request(request), request: number)
        var messages = FrameMessages(payload: encoded, maxMessages: 1)
        guard let message = try? messages.next() else {
            preconditionFailure("no message in its own envelope")
        }
        let again = ClientMessageDecoder.decode(message, limits: .standard)
        precondition(again == .message(.request(request), request: number), "a request reads back as another")
    }

    private struct Driver {
        let choices: UInt8

        func play(_ stream: [UInt8], piece: Int) -> [Session.Action] {
            var session = Session(limits: .standard, now: 0)
            var found: [Session.Action] = []
            var fed = 0
            while fed < stream.count, !session.isClosed {
                let end = min(fed + piece, stream.count)
                var action = session.receive(Array(stream[fed..<end]).span, now: Int64(found.count))
                fed = end
                while action != .needMoreBytes {
                    found.append(action)
                    if let next = answer(action, &session, found.count) {
                        found.append(next)
                        if case .close = next { precondition(session.isClosed) }
                    }
                    if session.isClosed { return found }
                    precondition(
                        session.deadline != nil, "nobody waits for the server, and there is no deadline")
                    action = session.next(now: Int64(found.count))
                }
            }
            return found
        }

        /// What the driver does about an action, and what the session says to it.
        private func answer(
            _ action: Session.Action, _ session: inout Session, _ count: Int
        ) -> Session.Action? {
            switch action {
            case .sayHello: session.helloSent(now: 0)
            case .listProviders: break
            case .authenticate:
                if choices & 1 != 0, count < 4 {
                    return session.authenticationRefused(Refusal(.wrongCredentials), now: 0)
                }
                if choices & 2 != 0, count < 6 {
                    return session.authenticationRefused(Refusal(.busy), now: 0)
                }
                session.authenticated(now: 0)
            case .request:
                if choices & 4 != 0 { return session.drain() }
            case .refuse:
                if choices & 8 != 0 { session.end() }
            case .close: precondition(session.isClosed && session.deadline == nil)
            case .announceDraining, .needMoreBytes, .changeKeys, .sayRekeyed, .keysChanged:
                preconditionFailure("nobody asked for that")
            }
            return nil
        }
    }
}
