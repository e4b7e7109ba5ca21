/// The messages of one frame's payload (`ClientFrame`, `ServerFrame`), one after the other.
///
/// Each is cut out only when it is asked for, and they are counted: a frame of a megabyte can name half a
/// million empty messages, and must not become that many objects.
package struct FrameMessages: Sendable {
    private var fields: FieldReader
    private var found = 0
    private let maxMessages: Int

    package init(payload: [UInt8], maxMessages: Int) {
        fields = FieldReader(payload)
        self.maxMessages = maxMessages
    }

    /// Bytes of the payload not yet walked.
    package var remaining: Int { fields.remaining }

    /// The next message, encoded; `nil` after the last. Fields that this version does not know are passed
    /// over.
    package mutating func next() throws(FrameError) -> [UInt8]? {
        while true {
            found += 1
            switch try fields.next() {
            case .bytes(number: 1, let range):
                guard found <= maxMessages else { throw .tooManyMessages(limit: maxMessages) }
                return Array(fields.source[range])
            case .bytes, .varint, .fixed:
                guard found <= maxMessages else { throw .tooManyMessages(limit: maxMessages) }
            case .end: return nil
            }
        }
    }
}
