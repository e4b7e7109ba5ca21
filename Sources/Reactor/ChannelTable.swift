/// The channels of one loop by slot: an array, so that finding one costs an index and a comparison.
///
/// Loop thread only. A slot's generation grows with each release; an id of an earlier one finds nothing.
struct ChannelTable {
    private var channels: [Channel?] = []
    private var generations: [UInt32] = []
    private var free: [UInt32] = []
    private(set) var count = 0

    /// The channel of this id, unless it is gone.
    subscript(id: ChannelID) -> Channel? {
        let slot = Int(id.slot)
        guard slot < channels.count, generations[slot] == id.generation else { return nil }
        return channels[slot]
    }

    subscript(slot slot: UInt32) -> Channel? { channels[Int(slot)] }

    /// An id for a channel that is about to be inserted under it.
    mutating func reserve() -> ChannelID {
        if let slot = free.popLast() { return ChannelID(slot: slot, generation: generations[Int(slot)]) }
        precondition(
            channels.count < Int(Int32.max), "ChannelTable: more channels than a process has descriptors")
        channels.append(nil)
        generations.append(0)
        return ChannelID(slot: UInt32(channels.count - 1), generation: 0)
    }

    mutating func insert(_ channel: Channel) {
        precondition(channels[Int(channel.id.slot)] == nil, "ChannelTable: the slot is taken")
        channels[Int(channel.id.slot)] = channel
        count += 1
    }

    mutating func remove(_ id: ChannelID) {
        precondition(self[id] != nil, "ChannelTable: a channel is removed once")
        channels[Int(id.slot)] = nil
        count -= 1
        giveBack(id)
    }

    /// A reserved id whose channel did not come to be.
    mutating func giveBack(_ id: ChannelID) {
        generations[Int(id.slot)] &+= 1
        free.append(id.slot)
    }

    var all: [Channel] { channels.compactMap { $0 } }
}
