import Chat

/// The link by which some of a run's people come, and what must hold of it at every moment of the disk.
struct SimulatedLink {
    static let token = Digest(bytes: [UInt8](repeating: 9, count: 32)) ?? .zero
    static let room = "hall"

    /// Who comes by it: as many as it has uses.
    let names: [String]

    var order: InviteOrder {
        InviteOrder(
            token: Self.token, uses: names.count, lifetime: Limits.standard.openInviteMost,
            rooms: [.name(Self.room)], role: .moderator)
    }

    /// People and uses are stored together.
    func check(_ stored: StoredState, _ judge: Judge) {
        let came = stored.people.count { names.contains($0.name.displayed) }
        let left = stored.invites.first?.usesLeft ?? 0
        judge.require(
            came + left == names.count, .links,
            "\(came) came by a link for \(names.count), which has \(left) uses left")
    }
}
