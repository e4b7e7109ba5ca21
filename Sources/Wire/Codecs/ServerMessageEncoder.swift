package import Chat

/// Server messages as bytes that `FrameEncoder` takes: each the tag and length of `ServerFrame.messages`, and
/// itself.
package enum ServerMessageEncoder {
    package static func encode(_ message: ServerMessage, request: UInt64 = 0) -> [UInt8] {
        switch message {
        case .event(let entry): event(entry)
        case .sent(let receipt): sent(receipt, request: request)
        default: MessageEnvelope.wrap(ProtoServerMessage(message, request: request).bytes())
        }
    }

    /// An event for everybody in its room: encoded once, so written by hand.
    package static func event(_ entry: HistoryEvent) -> [UInt8] {
        let event = entry.event
        let at = UInt64(bitPattern: event.at.milliseconds)
        let identifier = FieldWriter.size(ofBytes: 16)
        let digest = FieldWriter.size(ofBytes: 32)
        let digests = event.contentDigest == nil ? 1 : 2
        let size =
            4 * identifier + digests * digest + FieldWriter.size(ofField: event.sequence)
            + FieldWriter.size(ofField: at)
            + FieldWriter.size(ofBytes: entry.authorName.utf8.count)
            + FieldWriter.size(ofBytes: event.content.count)
        var writer = FieldWriter(envelopeOf: size, request: 0, body: 8)
        writer.field(1, event.room)
        writer.field(2, event.sequence)
        writer.field(3, event.id)
        writer.field(4, event.author)
        writer.field(5, entry.authorName)
        writer.field(6, at)
        writer.field(7, event.content)
        writer.field(8, event.salt)
        if let digest = event.contentDigest { writer.field(9, digest) }
        writer.field(10, event.link)
        return writer.bytes
    }

    /// The ack of a send: one for each message that is sent, so written by hand.
    package static func sent(_ receipt: SendReceipt, request: UInt64) -> [UInt8] {
        let at = UInt64(bitPattern: receipt.at.milliseconds)
        let size =
            3 * FieldWriter.size(ofBytes: 16) + FieldWriter.size(ofField: receipt.sequence)
            + FieldWriter.size(ofField: at)
        var writer = FieldWriter(envelopeOf: size, request: request, body: 7)
        writer.field(1, receipt.room)
        writer.field(2, receipt.send)
        writer.field(3, receipt.sequence)
        writer.field(4, receipt.event)
        writer.field(5, at)
        return writer.bytes
    }
}

extension FieldWriter {
    /// Begins a message that carries a request's number and, as field `body`, what is written next: `size`
    /// bytes.
    fileprivate init(envelopeOf size: Int, request: UInt64, body: UInt64) {
        let message = FieldWriter.size(ofField: request) + FieldWriter.size(ofBytes: size)
        self.init(capacity: FieldWriter.size(ofBytes: message))
        head(MessageEnvelope.messages, length: message)
        field(1, request)
        head(body, length: size)
    }
}
