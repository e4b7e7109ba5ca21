/// One durable entry of a room's history, as it is stored, hashed and sent (promise G2).
package struct Event: Hashable, Sendable {
    package let room: RoomID
    /// 1, 2, 3 … in the room, without a gap.
    package let sequence: UInt64
    package let id: EventID
    package let author: PersonID
    /// Server time, non-decreasing in the room.
    package let at: Timestamp
    /// The encoded `Content`: the very bytes that are hashed, stored and sent. Empty once erased.
    package let content: [UInt8]
    /// Mixed into the content's digest, so that erased content cannot be guessed from it.
    package let salt: Salt
    /// The salted digest of the content: what stays when the content is erased; `nil` while it is there,
    /// since whoever holds it computes it (`DigestChain`).
    package let contentDigest: Digest?
    /// The room's digest chain up to and including this event (`DigestChain`).
    package let link: Digest
    /// The client's own id, where the event came of a send.
    package let sendID: SendID?
    /// How many messages the room has up to and including this event, for counting those after it. Does not
    /// travel.
    package let messages: UInt64

    package init(
        room: RoomID, sequence: UInt64, id: EventID, author: PersonID, at: Timestamp, content: [UInt8],
        salt: Salt, contentDigest: Digest? = nil, link: Digest, sendID: SendID?,
        messages: UInt64 = 0
    ) {
        self.room = room
        self.sequence = sequence
        self.id = id
        self.author = author
        self.at = at
        self.content = content
        self.salt = salt
        self.contentDigest = contentDigest
        self.link = link
        self.sendID = sendID
        self.messages = messages
    }
}

/// Sixteen random bytes.
package typealias Salt = Identifier<Digest>
