package import Chat

/// A refusal as it travels: the number decides, also when this version does not know it.
package struct RefusalNotice: Hashable, Sendable {
    package let number: UInt32
    package let name: String
    package let detail: String
    /// `nil` when there is nothing to wait for.
    package let retryAfter: Duration?

    package init(number: UInt32, name: String, detail: String, retryAfter: Duration?) {
        self.number = number
        self.name = name
        self.detail = detail
        self.retryAfter = retryAfter
    }

    package init(_ refusal: Refusal) {
        self.init(
            number: refusal.code.rawValue, name: refusal.code.name, detail: refusal.detail,
            retryAfter: refusal.retryAfter)
    }

    /// `nil` when a newer server says what this version does not know.
    package var code: RefusalCode? { RefusalCode(rawValue: number) }

    /// Whether the same request may succeed later without being changed.
    package var mayRetry: Bool { number >= 400 }
}

/// The end of a connection as it travels.
package struct Disconnection: Hashable, Sendable {
    package let number: UInt32
    package let name: String
    package let detail: String
    package let mayReconnect: Bool
    package let reconnectAfter: Duration?

    package init(number: UInt32, name: String, detail: String, mayReconnect: Bool, reconnectAfter: Duration?)
    {
        self.number = number
        self.name = name
        self.detail = detail
        self.mayReconnect = mayReconnect
        self.reconnectAfter = reconnectAfter
    }

    package init(_ code: DisconnectCode, detail: String = "", reconnectAfter: Duration? = nil) {
        self.init(
            number: code.rawValue, name: code.name, detail: detail, mayReconnect: code.mayReconnect,
            reconnectAfter: reconnectAfter)
    }

    /// `nil` when a newer server says what this version does not know.
    package var code: DisconnectCode? { DisconnectCode(rawValue: number) }
}
