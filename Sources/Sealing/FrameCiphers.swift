/// The contexts of one thread's keys. A key that is in much use has contexts to itself, up to a limit; beyond
/// it, whoever came first gives way. The others are told to one pair of contexts for each frame, so that an
/// idle connection has keys and no context.
final class FrameCiphers {
    /// Keys with contexts to themselves: 3.1 MB of them at most.
    static let limit = 2_048
    /// Frames of a key before it counts as being in much use: a login has fewer.
    static let framesBefore: UInt64 = 16

    private var occasional = KeyedCiphers()
    private var places: [KeyedCiphers?] = []
    private var free: [Int] = []
    /// Who gives way next, once all places are taken.
    private var oldest = 0

    /// The contexts for a key's next frame. Unless it is their owner already, it has to be told to them.
    ///
    /// - Parameter place: where the key's own were, if it had any; and where they are now.
    func contexts(of key: ObjectIdentifier, sequence: UInt64, place: inout Int?) -> KeyedCiphers {
        if let place, let own = places[place], own.owner == key { return own }
        guard sequence >= Self.framesBefore else { return occasional }
        let taken = takePlace()
        place = taken
        let own = places[taken] ?? KeyedCiphers()
        places[taken] = own
        return own
    }

    /// The key is gone: so is what OpenSSL made of it, before another can be taken for it.
    func forget(_ key: ObjectIdentifier, at place: Int?) {
        if occasional.owner == key { occasional = KeyedCiphers() }
        guard let place, places[place]?.owner == key else { return }
        places[place] = nil
        free.append(place)
    }

    private func takePlace() -> Int {
        if let place = free.popLast() { return place }
        if places.count < Self.limit {
            places.append(nil)
            return places.count - 1
        }
        defer { oldest = (oldest + 1) % Self.limit }
        return oldest
    }
}
