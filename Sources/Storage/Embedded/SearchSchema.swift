import Chat
import Foundation
import GRDB

/// The form of search.db. It is never changed in place: a file of another form is made anew of the history.
enum SearchSchema {
    static let version: Int64 = 1

    /// `documents` has each message by its position, as in chat.db but with room keys of this file's own, and
    /// its text folded: `''` where there is nothing to be found by. `grams` has, without a copy of them, the
    /// words of `SearchGrams` (https://www.sqlite.org/fts5.html#contentless_tables); where they stand in a
    /// message is not kept, since the message itself is looked at.
    static let form = """
        CREATE TABLE meta (
            name TEXT PRIMARY KEY NOT NULL,
            value BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE rooms (
            key INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
            indexed INTEGER NOT NULL,
            last_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE documents (
            position INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            author BLOB NOT NULL,
            text TEXT NOT NULL
        ) STRICT;

        CREATE VIRTUAL TABLE grams USING fts5 (
            words, content = '', columnsize = 0, detail = none, tokenize = 'ascii'
        );
        """

    /// What the file must say of itself: its form, its grams, and which history it is of.
    static func stamp(_ incarnation: Incarnation) -> Data {
        var bytes: [UInt8] = []
        BigEndian.append(UInt64(version), to: &bytes)
        BigEndian.append(UInt64(SearchGrams.version), to: &bytes)
        incarnation.append(to: &bytes)
        return Data(bytes)
    }
}
