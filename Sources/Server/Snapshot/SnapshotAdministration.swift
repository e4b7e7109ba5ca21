import Chat
import Storage

/// Answers what an administrator asks about making snapshots. A value, on the thread of whoever administers.
package struct SnapshotAdministration {
    private let desk: SnapshotDesk
    /// Whether one that takes long is asked about again; else it is made on the asking thread.
    private let isAskedAgain: Bool

    init(_ desk: SnapshotDesk, isAskedAgain: Bool) {
        self.desk = desk
        self.isAskedAgain = isAskedAgain
    }

    func make(_ path: String?, withKeys: Bool, lock: SnapshotLock?) -> ControlResponse {
        do {
            guard isAskedAgain else {
                return answer(.success(try desk.make(path, withKeys: withKeys, lock: lock)))
            }
            return self.await(try desk.begin(path, withKeys: withKeys, lock: lock))
        } catch {
            return answer(.failure(SnapshotError(wrapping: error)))
        }
    }

    func await(_ number: Int) -> ControlResponse {
        switch desk.wait(for: number) {
        case .making(let progress):
            .snapshotting(number: number, done: progress.done, all: progress.all)
        case .made(let outcome): answer(outcome)
        case nil: answer(.failure(SnapshotError(.failed, "another one was made since")))
        }
    }

    private func answer(_ outcome: Result<MadeSnapshot, SnapshotError>) -> ControlResponse {
        switch outcome {
        case .success(let made): .snapshot(ControlResponse.SnapshotEntry(made))
        case .failure(let error): .snapshotFailed(code: error.code.rawValue, detail: error.detail)
        }
    }
}
