import SwiftProtobuf

extension SwiftProtobuf.Message {
    /// What the peer encoded; `nil` when it is not of this type.
    init?(decoding bytes: [UInt8]) {
        guard let message = try? Self(serializedBytes: bytes, options: .peer) else { return nil }
        self = message
    }

    func bytes() -> [UInt8] {
        guard let bytes: [UInt8] = try? serializedBytes() else {
            preconditionFailure("a message of proto3 below two gigabytes cannot fail to encode")
        }
        return bytes
    }
}

extension BinaryDecodingOptions {
    /// For what a peer sent. Unknown fields are dropped: nobody sends them on.
    static var peer: BinaryDecodingOptions {
        var options = BinaryDecodingOptions()
        options.discardUnknownFields = true
        // No message of this schema nests deeper.
        options.messageDepthLimit = 8
        return options
    }
}
