package import Chat
import Foundation

/// What a snapshot holds, and of which moment: told by the stores themselves while nobody wrote to them.
package struct SnapshotManifest: Codable, Hashable, Sendable {
    package struct Part: Codable, Hashable, Sendable {
        package let name: String
        package let bytes: Int
        /// Hexadecimal.
        package let sha256: String
    }

    /// A room's history ends here.
    package struct RoomHead: Codable, Hashable, Sendable {
        package let room: String
        package let sequence: UInt64
        package let link: String

        package init(room: String, sequence: UInt64, link: String) {
            self.room = room
            self.sequence = sequence
            self.link = link
        }
    }

    package struct Counts: Codable, Hashable, Sendable {
        package var people = 0
        package var rooms = 0
        package var members = 0
        package var events = 0
        package var sessions = 0
        package var invites = 0
        package var auditEntries = 0
        package var auditCheckpoints = 0

        package init() {}
    }

    /// The version of the program that made it.
    package let program: String
    package let server: String
    package let incarnation: String
    /// Milliseconds since 1970.
    package let createdAt: Int64
    package var counts: Counts
    package var rooms: [RoomHead]
    /// Whether the private keys are among the parts.
    package let hasKeys: Bool
    package var parts: [Part] = []

    package init(
        program: String, server: String, incarnation: String, createdAt: Timestamp, counts: Counts,
        rooms: [RoomHead], hasKeys: Bool
    ) {
        self.program = program
        self.server = server
        self.incarnation = incarnation
        self.createdAt = createdAt.milliseconds
        self.counts = counts
        self.rooms = rooms
        self.hasKeys = hasKeys
    }

    var encoded: [UInt8] {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            encoder.keyEncodingStrategy = .convertToSnakeCase
            return Array(try encoder.encode(self))
        }
    }

    init(encoded: [UInt8]) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        self = try decoder.decode(Self.self, from: Data(encoded))
    }
}
