/// What a client makes of the server's bytes.
package enum ServerMessageDecoder {
    /// One message, as `FrameMessages` cuts it out, and the request that it answers (0 for none).
    package static func decode(_ message: [UInt8]) throws(FrameError) -> (
        request: UInt64, message: ServerMessage
    ) {
        guard let decoded = ProtoServerMessage(decoding: message), let model = decoded.model else {
            throw .malformed
        }
        return (decoded.request, model)
    }
}
