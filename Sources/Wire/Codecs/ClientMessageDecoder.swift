package import Chat
import SwiftProtobuf

/// What the server makes of a client's message: the model, with every field checked against the limits.
package enum ClientMessageDecoder {
    package enum Decoded: Hashable, Sendable {
        case message(ClientMessage, request: UInt64)
        /// A request, but not one that can be granted.
        case refused(Refusal, request: UInt64, Kind)
        /// No message of this schema.
        case malformed
    }

    /// What was refused: the one may come before the login, the other not.
    package enum Kind: Hashable, Sendable {
        case authentication
        case request
    }

    /// One message, as `FrameMessages` cuts it out.
    package static func decode(_ message: [UInt8], limits: Limits) -> Decoded {
        guard message.count <= limits.messageBytes else { return tooLarge(message, limits) }
        let decoded: ProtoClientMessage
        do {
            decoded = try ProtoClientMessage(serializedBytes: message, options: .peer)
        } catch BinaryDecodingError.invalidUTF8 {
            return notText(message)
        } catch {
            return .malformed
        }
        var check = FieldCheck(limits: limits)
        let model = check.message(decoded.body)
        let kind: Kind = if case .authenticate = decoded.body { .authentication } else { .request }
        switch model {
        case .hello?, .goodbye?, .rekey?, .rekeyDone?: break
        case .listProviders?, .authenticate?, .request?, nil:
            if decoded.request == 0 { check.refuse(.invalidArgument, "request is any number but 0") }
        }
        if let refusal = check.refusal { return .refused(refusal, request: decoded.request, kind) }
        guard let model else {
            return .refused(Refusal(.unknownRequest), request: decoded.request, .request)
        }
        return .message(model, request: decoded.request)
    }

    /// Refused without being decoded: only its number is looked for.
    private static func tooLarge(_ message: [UInt8], _ limits: Limits) -> Decoded {
        guard let outline = Outline(message) else { return .malformed }
        let refusal = Refusal(.tooLarge, "a message has at most \(limits.messageBytes) bytes")
        return .refused(refusal, request: outline.request, outline.kind)
    }

    /// Well-formed fields around a text that is no UTF-8 cost the request, not the connection.
    private static func notText(_ message: [UInt8]) -> Decoded {
        guard let outline = Outline(message) else { return .malformed }
        let refusal = Refusal(outline.isSend ? .invalidBody : .invalidArgument, "text is UTF-8")
        return .refused(refusal, request: outline.request, outline.kind)
    }

    /// What can be known of a message that is not decoded; `nil` when its fields are not well-formed.
    private struct Outline {
        var request: UInt64 = 0
        var kind = Kind.request
        var isSend = false

        init?(_ message: [UInt8]) {
            var fields = FieldReader(message)
            while true {
                guard let field = try? fields.next() else { return nil }
                switch field {
                case .varint(1, let value): request = value
                case .bytes(3, _): kind = .authentication
                case .bytes(6, _): isSend = true
                case .varint, .bytes, .fixed: break
                case .end: return
                }
            }
        }
    }
}
