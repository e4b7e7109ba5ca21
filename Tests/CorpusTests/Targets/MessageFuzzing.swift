import Chat
import Wire

/// Single messages of either direction: whatever is understood is understood the same when it is said again.
enum MessageFuzzing {
    static func runClient(_ bytes: [UInt8]) {
        guard case .message(let message, let request) = ClientMessageDecoder.decode(bytes, limits: .standard)
        else { return }
        if case .hello(let offer) = message, let offer = ClientOffer(encoded: offer) {
            precondition(ClientOffer(encoded: offer.encoded()) == offer, "an offer reads back as another")
        }
        let again = ClientMessageDecoder.decode(
            unwrapped(ClientMessageEncoder.encode(message, request: request)), limits: .standard)
        precondition(again == .message(message, request: request), "a message reads back as another")
    }

    static func runServer(_ bytes: [UInt8]) {
        guard let decoded = try? ServerMessageDecoder.decode(bytes), decoded.message != .unknown else {
            return
        }
        if case .hello(let hello) = decoded.message {
            if let offer = ServerOffer(encoded: hello.offer) {
                precondition(ServerOffer(encoded: offer.encoded()) == offer, "an offer reads back as another")
            }
            if let credential = Credential(encoded: hello.credential) {
                precondition(Credential(encoded: credential.encoded()) == credential)
            }
        }
        if case .event(let entry) = decoded.message, let content = ContentCodec().decode(entry.event.content)
        {
            let encoded = ContentCodec().encode(content)
            precondition(ContentCodec().decode(encoded) == content, "content reads back as another")
        }
        let encoded = ServerMessageEncoder.encode(decoded.message, request: decoded.request)
        guard let again = try? ServerMessageDecoder.decode(unwrapped(encoded)) else {
            preconditionFailure("a message cannot be read back")
        }
        precondition(again.message == decoded.message, "a message reads back as another")
    }

    private static func unwrapped(_ encoded: [UInt8]) -> [UInt8] {
        var messages = FrameMessages(payload: encoded, maxMessages: 1)
        guard let message = try? messages.next() else {
            preconditionFailure("no message in its own envelope")
        }
        return message
    }
}
