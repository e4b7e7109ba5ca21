import Chat
import Native

extension StorageError {
    init(_ error: LMDBError) {
        let code: Code =
            switch error.code {
            case .full: .full
            case .damaged: .damaged
            case .otherFormat: .newer
            case .failed: .failed
            }
        self.init(code, "\(error)")
    }

    init(_ error: IOError) {
        self.init(error.reason == .outOfSpace ? .full : .failed, "\(error)")
    }

    /// Runs `body` and puts what it throws into our words.
    static func translatingState<Value: ~Copyable>(
        _ body: () throws(LMDBError) -> Value
    ) throws(StorageError) -> Value {
        do throws(LMDBError) {
            return try body()
        } catch {
            throw StorageError(error)
        }
    }

    /// Runs `body` and puts what it throws into our words.
    static func translatingFiles<Value>(_ body: () throws(IOError) -> Value) throws(StorageError) -> Value {
        do throws(IOError) {
            return try body()
        } catch {
            throw StorageError(error)
        }
    }
}
