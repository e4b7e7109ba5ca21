import Chat
import FoundationEssentials

/// The field types of generated messages, straight from their memory.
extension Identifier {
    init?(bytes: Data) { self.init(bytes: bytes.span) }
}

extension Digest {
    init?(bytes: Data) { self.init(bytes: bytes.span) }
}
