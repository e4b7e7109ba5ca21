import Chat
import Reactor
import Wire

/// One connection of the crowd. The generator's loop only.
final class LoadClient {
    let number: Int
    let token: String
    let channel: Channel
    /// Index of its room, once it has one.
    var room: Int?
    var isSubscribed = false
    /// Of its room: the last sequence that it was sent.
    var lastSequence: UInt64 = 0
    private var decoder: FrameDecoder

    init(number: Int, token: String, channel: Channel) {
        self.number = number
        self.token = token
        self.channel = channel
        decoder = FrameDecoder(limit: Limits.standard.frameBytes)
    }

    func say(_ message: ClientMessage, request: UInt64) {
        channel.write(FrameEncoder.frame(of: ClientMessageEncoder.encode(message, request: request)))
    }

    /// Hands over every message that is complete.
    func receive(_ bytes: Span<UInt8>, _ deliver: (Arrival) -> Void) {
        decoder.append(bytes)
        while true {
            do throws(FrameError) {
                guard let payload = try decoder.next() else { return }
                var messages = FieldWalk(payload, payload.indices)
                while let (_, field) = messages.next() {
                    if case .bytes(let range) = field { deliver(Arrival(payload, range)) }
                }
                if messages.isMalformed { deliver(.malformed) }
            } catch {
                return deliver(.malformed)
            }
        }
    }
}
