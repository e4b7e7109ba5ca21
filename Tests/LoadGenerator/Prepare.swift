import ArgumentParser
import Chat
import Foundation
import Server

/// Adds people and writes an access token of each, one a line.
struct Prepare: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Add people to a running server; print tokens.")

    @Option(help: "The server's control socket.") var control: String
    @Option(help: "How many.") var people: Int

    func run() throws {
        let client = ControlClient(path: control)
        for number in 0..<people {
            let name = "load-\(number)"
            let add = ControlRequest.addPerson(name: name, password: nil, isAdministrator: false)
            guard case .person? = try client.perform(add),
                case .secret(let token, _)? = try client.perform(key(of: name))
            else { throw LoadError("the server did not add \(name)") }
            print(token)
        }
    }

    /// The crowd makes its own rooms.
    private func key(of name: String) -> ControlRequest {
        .token(person: name, name: "load", scopes: ["read", "send", "join", "rooms"])
    }
}
