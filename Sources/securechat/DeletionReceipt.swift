import Chat
import Native
import Security
import Server

/// What is told of a person's deletion: which id, when, what was erased, and where there may be more. JSON.
struct DeletionReceipt {
    private static let mostBytes = 1_024 * 1_024

    let text: String

    init(_ deleted: DeletedPerson, server: ServerOptions) throws {
        let held = try HeldCopies(
            in: server.directory, before: Timestamp(milliseconds: deleted.finishedAt),
            configuration: try server.effectiveConfiguration().configuration)
        text = JSONValue.object([
            .init("type", .text("deletion")), .init("person", .text(deleted.id)),
            .init("begun_at", .text(Timestamp(milliseconds: deleted.begunAt).text)),
            .init("finished_at", .text(Timestamp(milliseconds: deleted.finishedAt).text)),
            .init(
                "erased",
                .object(deleted.erased.map { JSONValue.Member($0.kind, .integer($0.count)) })),
            .init("held", .list(held.all)),
        ]).encoded(indented: true)
    }

    /// The id of whoever it is about.
    static func person(inFile path: String) throws -> String {
        let document = try? JSONReader.read(try Files.read(path, limit: mostBytes))
        guard case .object(let members)? = document?.value,
            case .text(let id)? = members.first(where: { $0.name == "person" })?.value,
            PersonID(text: id) != nil
        else { throw CommandFailure("\(path) is no receipt of a deletion") }
        return id
    }
}
