/// Names one connection of one loop for ever: a slot, and how often the slot had been used before.
///
/// It travels as epoll's 64 bits of user data, so that a late event for a closed descriptor is told apart
/// from one for the connection that took its place.
package struct ChannelID: Hashable, Sendable {
    package let slot: UInt32
    package let generation: UInt32

    package init(slot: UInt32, generation: UInt32) {
        self.slot = slot
        self.generation = generation
    }

    package init(packed: UInt64) {
        slot = UInt32(truncatingIfNeeded: packed)
        generation = UInt32(truncatingIfNeeded: packed >> 32)
    }

    package var packed: UInt64 { UInt64(generation) << 32 | UInt64(slot) }
}

extension ChannelID {
    /// Tokens of the loop's own descriptors: slots that no channel can have.
    static let wakeUp = ChannelID(slot: .max, generation: 0)
    private static let listenerSlot = UInt32.max - 1

    static func listener(_ index: Int) -> ChannelID {
        ChannelID(slot: listenerSlot, generation: UInt32(index))
    }

    /// Which listener this token stands for, if it is one's.
    var listenerIndex: Int? { slot == Self.listenerSlot ? Int(generation) : nil }
}
