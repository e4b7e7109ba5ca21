import Chat
import GRDB

/// What the format of a database is to this version. A value; any thread.
package enum FormatStanding: Hashable, Sendable {
    /// There is no file, or nothing of ours in it.
    case missing
    /// Today's.
    case present
    case older(format: Int)
    /// A step was taken that is not known here.
    case newer(format: Int, step: String)

    package var isOlder: Bool {
        if case .older = self { true } else { false }
    }
}

extension SyncedDatabase.Form {
    /// The format of a file that has taken all steps.
    var format: Int { migrations.migrations.map(DatabaseFormat.number).max() ?? 0 }

    func standing(of found: DatabaseFormat?) -> FormatStanding {
        guard let found else { return .missing }
        let known = Set(migrations.migrations)
        if let step = found.steps.subtracting(known).max(by: precedes) {
            return .newer(format: found.number, step: step)
        }
        return found.steps == known ? .present : .older(format: found.number)
    }

    /// Why a file of a newer version is not opened.
    func refusal(of path: String, format found: Int, step: String) -> StorageError {
        StorageError(
            .newer,
            "\(path) was written by a newer version: its format is \(found), with the step \"\(step)\", and "
                + "this version knows formats up to \(format)")
    }

    private func precedes(_ one: String, _ other: String) -> Bool {
        (DatabaseFormat.number(of: one), one) < (DatabaseFormat.number(of: other), other)
    }
}
