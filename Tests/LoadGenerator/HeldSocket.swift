import Native

/// A socket that arrays can hold.
final class HeldSocket: Sendable {
    let value: StreamSocket

    init(_ value: consuming StreamSocket) { self.value = value }
}
