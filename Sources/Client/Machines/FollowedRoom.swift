import Chat
import Wire

/// A room that the user opened, and how far it has come on this connection.
struct FollowedRoom {
    /// Where the room stands in the server, as far as the answers tell.
    ///
    ///     wanted → subscribing → subscribed ⇄ paused
    ///                   ↓             ↓        ↓
    ///                unwanted ← ← ← ← ← ← ← ← ←
    ///                   ↓
    ///              unsubscribing → known, or forgotten
    ///
    /// Down go the rooms that were closed or only looked up, and only those. A refusal for now leads one step
    /// back. When the connection is lost, all is `wanted` again but what is `known` or was closed.
    enum State: Equatable {
        /// The server has no subscription, and is to have one.
        case wanted
        /// `Subscribe` is under way.
        case subscribing
        case subscribed
        /// Subscribed; a page of its history was refused for now.
        case paused(after: UInt64, through: UInt64)
        /// The server has a subscription that nobody wants.
        case unwanted
        /// `Unsubscribe` is under way.
        case unsubscribing
        /// Opened only for its id, which is known: nothing more is asked.
        case known
    }

    let reference: RoomReference
    let joins: Bool
    /// False: the room is only looked up, so that one can send to it.
    let follows: Bool
    let start: RoomReplica.Start
    var state = State.wanted
    /// Closed by the user, or ended: nothing more of it is told. It is kept until it has left the server.
    private(set) var isClosed = false
    /// The server refused for now: nothing is asked before this moment.
    var pause: Duration?
    var id: RoomID?
    var replica: RoomReplica?
    /// Of the history that the replica holds.
    var incarnation: Incarnation?

    init(reference: RoomReference, joins: Bool, follows: Bool, start: RoomReplica.Start) {
        self.reference = reference
        self.joins = joins
        self.follows = follows
        self.start = start
    }

    // MARK: what happens to it

    mutating func connectionLost() {
        replica?.detach()
        pause = nil
        state = !follows && id != nil ? .known : .wanted
    }

    /// Nobody wants it any more. What is under way is answered first.
    mutating func close() {
        isClosed = true
        replica = nil
        guard isFollowed else { return }
        state = .unwanted
        pause = nil
    }

    // MARK: what it is

    /// Subscribed to, and wanted.
    var isFollowed: Bool {
        switch state {
        case .subscribed, .paused: true
        case .wanted, .subscribing, .unwanted, .unsubscribing, .known: false
        }
    }

    /// The server has nothing of it, and is asked nothing.
    var isNotInServer: Bool { state == .wanted || state == .known }

    /// Something is to be asked, and not refused for now.
    var isDue: Bool { pause == nil && (state == .wanted || state == .unwanted) }

    /// The name stands for a room whose id is not known yet.
    var isAskedByName: Bool { state == .subscribing && isNamed }

    var isUnwanted: Bool { state == .unwanted }

    /// Or is about to be: a subscription that nobody wants goes first.
    var isAskedByID: Bool {
        isUnwanted || state == .unsubscribing || state == .subscribing && !isNamed
    }

    var isNamed: Bool { if case .name = target { true } else { false } }

    /// What the server is asked for: the room by its id, as soon as that is known.
    var target: RoomReference { id.map { .id($0) } ?? reference }

    /// Whether `room` can be the one that was asked for.
    func canBe(_ room: RoomID) -> Bool { isNamed || target == .id(room) }

    var subscription: SubscribeRequest {
        let held = replica?.held() ?? []
        return SubscribeRequest(
            room: target, held: held, incarnation: held.isEmpty ? nil : incarnation,
            // Whoever was removed meanwhile does not come back by reconnecting.
            joins: joins && id == nil)
    }
}
