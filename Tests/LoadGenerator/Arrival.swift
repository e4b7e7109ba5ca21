import Chat
import Wire

/// One message of the server's, as far as the generator looks at it.
enum Arrival {
    /// An ack: of which request, at which place in its room, for which send.
    case sent(request: UInt64, sequence: UInt64, send: UInt64)
    /// A delivery; the stamp is missing where the event is not a message of this generator's.
    case event(sequence: UInt64, stamp: Stamp?)
    case other(request: UInt64, ServerMessage)
    case malformed

    private enum Body {
        static let sent: UInt64 = 7
        static let event: UInt64 = 8
    }

    /// - Parameter range: where one `ServerMessage` stands in its frame's payload.
    init(_ payload: [UInt8], _ range: Range<Int>) {
        var fields = FieldWalk(payload, range)
        var request: UInt64 = 0
        while let (tag, field) = fields.next() {
            switch (tag, field) {
            case (1, .number(let value)): request = value
            case (Body.sent, .bytes(let body)):
                self = Self.sent(payload, body, request)
                return
            case (Body.event, .bytes(let body)):
                self = Self.event(payload, body)
                return
            default: break
            }
        }
        guard !fields.isMalformed,
            let decoded = try? ServerMessageDecoder.decode(Array(payload[range]))
        else {
            self = .malformed
            return
        }
        self = .other(request: decoded.request, decoded.message)
    }

    private static func sent(_ payload: [UInt8], _ body: Range<Int>, _ request: UInt64) -> Arrival {
        var fields = FieldWalk(payload, body)
        var (sequence, send): (UInt64, UInt64) = (0, 0)
        while let (tag, field) = fields.next() {
            switch (tag, field) {
            case (2, .bytes(let id)) where id.count == 16:
                for index in id.suffix(8) { send = send << 8 | UInt64(payload[index]) }
            case (3, .number(let value)): sequence = value
            default: break
            }
        }
        return fields.isMalformed ? .malformed : .sent(request: request, sequence: sequence, send: send)
    }

    private static func event(_ payload: [UInt8], _ body: Range<Int>) -> Arrival {
        var fields = FieldWalk(payload, body)
        var sequence: UInt64 = 0
        var stamp: Stamp?
        while let (tag, field) = fields.next() {
            switch (tag, field) {
            case (2, .number(let value)): sequence = value
            case (7, .bytes(let content)): stamp = Stamp(in: payload, content)
            default: break
            }
        }
        return fields.isMalformed ? .malformed : .event(sequence: sequence, stamp: stamp)
    }
}
