import ArgumentParser
import Chat
import Native
import Security
import Server

/// The end of a person, with a receipt.
extension UserCommand {
    struct Delete: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete a person with all that they have said, and print a receipt.",
            discussion: """
                They are out at once, and nameless; then their messages are erased in every room, and their \
                details in the audit log. The server goes on with it when this command ends before that is \
                done, and after a restart. The receipt says what was erased, and where data of theirs may be \
                still. With --again a receipt is carried out once more, after an older snapshot was restored.
                """)
        @Argument(help: "The person's name.") var name: String?
        @Option(help: "Instead of a name: a receipt that was kept.") var again: String?
        @Option(help: "Keep the receipt in this new file too, readable for its owner alone.")
        var receipt: String?
        @Flag(help: "Do not ask.") var yes = false
        @OptionGroup var server: ServerOptions

        func validate() throws {
            guard (name == nil) != (again == nil) else {
                throw ValidationError("Give a name, or a receipt with --again.")
            }
        }

        func run() throws {
            let id = try again.map { try DeletionReceipt.person(inFile: $0) }
            if let name, !yes { try confirm(name) }
            let receipt = try Administrator(options: server).converse { ask in
                let file = try self.receipt.map { try ExportFile($0) }
                let deleted = try follow(try ask(.deletePerson(name: name, id: id)), ask)
                let receipt = try DeletionReceipt(deleted, server: server)
                try file?.write(receipt.text)
                try file?.finish()
                return receipt
            }
            standardOutput(receipt.text + "\n")
        }

        private func follow(
            _ first: ControlResponse, _ ask: Administrator.Ask
        ) throws -> DeletedPerson {
            var response = first
            var bar = ProgressBar()
            defer { bar.end() }
            while case .deleting(let id, let done, let all, let problem) = response {
                if let problem {
                    throw CommandFailure(
                        "the person is out, and not everything is erased yet: \(problem). A server that runs "
                            + "goes on by itself; ask again by the name that `user list` has for \(id)")
                }
                bar.show(done: done, all: all)
                response = try ask(.awaitDeletion(id: id))
            }
            guard case .deleted(let deleted) = response else {
                throw CommandFailure("the server deleted nobody")
            }
            return deleted
        }

        /// The name once more: what is erased comes back by no command.
        private func confirm(_ name: String) throws {
            guard Terminal.isThere() else {
                throw ValidationError("Nobody can be asked here: give --yes.")
            }
            let terminal = try Terminal()
            let question = "Everything that \(name) has said is erased for good. Type the name to go on: "
            guard case .typed(let line) = try terminal.ask(question), line == Array(name.utf8) else {
                throw CommandFailure("nothing was deleted")
            }
        }
    }
}
