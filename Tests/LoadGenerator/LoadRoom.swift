import Chat

/// One room of the crowd's. The generator's loop only.
struct LoadRoom {
    let id: RoomID
    /// Numbers of clients.
    let members: Range<Int>
    /// The greatest sequence that was acknowledged.
    var head: UInt64 = 0
    /// Which sequences were acknowledged in this run, from `base + 1` on: none may be twice.
    private var acknowledged: [Bool] = []
    private var base: UInt64 = 0

    init(id: RoomID, members: Range<Int>) {
        self.id = id
        self.members = members
    }

    mutating func beginRun() {
        base = head
        acknowledged = []
    }

    /// False when this place in the room was acknowledged before, or is one of an earlier run.
    mutating func acknowledge(_ sequence: UInt64) -> Bool {
        guard sequence > base else { return false }
        let place = Int(sequence - base) - 1
        while acknowledged.count <= place { acknowledged.append(false) }
        guard !acknowledged[place] else { return false }
        acknowledged[place] = true
        head = max(head, sequence)
        return true
    }

    /// How many places between this run's first and its last nobody has an ack for.
    var holes: Int { acknowledged.drop { !$0 }.count { !$0 } }
}
