import Chat
import Native

extension ServerThreads {
    /// What erases people while the server serves: through the threads that own the stores. The index hears
    /// of it as of everything.
    func erasingMeans(
        _ history: History, in directory: DataDirectory, limits: Limits,
        rest: @escaping @Sendable (Duration) -> Bool
    ) -> @Sendable () -> PersonErasing.Means {
        let (desk, audit) = (desk, audit)
        return {
            PersonErasing.Means(
                limits: limits, history: history.reader, ask: { desk.ask($0) }, askState: { desk.ask($0) },
                eraseAudit: { party in
                    let erased = Handover<Result<Int, StorageError>>()
                    guard audit.erase(party, erased: { erased.give($0) }) else {
                        return .failure(StorageError(.failed, "the server is stopping"))
                    }
                    return erased.take()
                }, forget: history.forget, list: DeletedPeopleList(directory), rest: rest)
        }
    }
}
