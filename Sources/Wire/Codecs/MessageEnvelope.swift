/// A message as an element of its frame: `ClientFrame.messages` and `ServerFrame.messages` are both field 1.
enum MessageEnvelope {
    static let messages: UInt64 = 1

    static func wrap(_ message: [UInt8]) -> [UInt8] {
        var writer = FieldWriter(capacity: message.count + 6)
        writer.head(messages, length: message.count)
        writer.append(message)
        return writer.bytes
    }
}
