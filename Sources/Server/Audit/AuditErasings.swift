import Chat

/// The erasings that administrators wait for: each may take longer than an asker can wait, so it is asked
/// about again and again until it is done.
///
/// The control thread's. Bounded: an asker that has left is forgotten when others need the place.
final class AuditErasings {
    typealias Outcome = Result<Int, StorageError>

    private static let most = 16

    private var underWay: [AuditParty: Handover<Outcome>] = [:]
    private let patience: Duration
    private let begin: (AuditParty, @escaping AuditWriter.Erased) -> Bool

    /// - Parameter patience: how long one asking waits, so that others are answered in between.
    /// - Parameter begin: false when nobody will answer.
    init(patience: Duration, begin: @escaping (AuditParty, @escaping AuditWriter.Erased) -> Bool) {
        self.patience = patience
        self.begin = begin
    }

    /// Waits for the erasing that was asked for before where it is continued, else for another.
    /// - Returns: `nil` while it goes on.
    func ask(_ party: AuditParty, isContinued: Bool) -> Outcome? {
        guard let erasing = isContinued ? underWay[party] ?? start(party) : start(party) else {
            return .failure(StorageError(.failed, "the server is stopping, or erases for too many"))
        }
        guard let outcome = erasing.take(within: patience) else { return nil }
        underWay[party] = nil
        return outcome
    }

    private func start(_ party: AuditParty) -> Handover<Outcome>? {
        if underWay.count >= Self.most { underWay = underWay.filter { !$0.value.isGiven } }
        guard underWay.count < Self.most || underWay[party] != nil else { return nil }
        let erasing = Handover<Outcome>()
        guard begin(party, { erasing.give($0) }) else { return nil }
        underWay[party] = erasing
        return erasing
    }
}
