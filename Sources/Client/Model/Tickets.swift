/// A client's own number for a room it opened; never used again.
package struct RoomTicket: Hashable, Sendable {
    package let number: UInt64

    package init(number: UInt64) { self.number = number }
}

/// A client's own number for a request it made; never used again, also across connections.
package struct RequestTicket: Hashable, Sendable {
    package let number: UInt64

    package init(number: UInt64) { self.number = number }
}
