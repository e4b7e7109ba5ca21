import FoundationEssentials

extension ProtoKeyShare {
    init(_ share: SealShare) {
        self.init()
        group = ProtoSealGroup(rawValue: Int(share.group.rawValue)) ?? .unspecified
        key = .init(share.key)
    }

    /// `nil` for a group that this version does not know.
    var model: SealShare? {
        SealGroup(rawValue: UInt32(clamping: group.rawValue)).map { SealShare(group: $0, key: Array(key)) }
    }
}
