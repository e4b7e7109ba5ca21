import ArgumentParser
import Native

/// Where passwords come from, for every command: a file or a question, never an argument, which other people
/// on the machine can read.
enum Password {
    private static let most = 4_096

    /// The first line of a file.
    static func read(file: String) throws -> String {
        try text(try Files.read(file, limit: most), what: "the password in \(file)")
    }

    /// Refused where nobody can be asked.
    /// - Parameter otherwise: how else to give it, for somebody without a terminal.
    static func requireTerminal(otherwise: String) throws {
        guard Terminal.isThere() else { throw noTerminal(otherwise) }
    }

    private static func noTerminal(_ otherwise: String) -> ValidationError {
        ValidationError("No password: give \(otherwise), or run this in a terminal.")
    }

    /// Asks in the terminal.
    /// - Parameter otherwise: how else to give it, for somebody without a terminal.
    static func ask(for name: String?, otherwise: String) throws -> String {
        try ask("Password\(whose(name)): ", otherwise: otherwise)
    }

    /// Asks twice: nobody sees what is typed.
    static func askNew(for name: String?, otherwise: String) throws -> String {
        let first = try ask("New password\(whose(name)): ", otherwise: otherwise)
        guard try ask("The same again: ", otherwise: otherwise) == first else {
            throw CommandFailure("the two passwords differ")
        }
        return first
    }

    private static func whose(_ name: String?) -> String { name.map { " for \($0)" } ?? "" }

    /// - Parameter otherwise: how else to give it, for somebody without a terminal.
    static func ask(_ question: String, otherwise: String) throws -> String {
        let terminal: Terminal
        do throws(IOError) {
            terminal = try Terminal()
        } catch {
            throw noTerminal(otherwise)
        }
        switch try terminal.askSecret(question) {
        case .typed(let line): return try text(line, what: "the password")
        case .cancelled: throw CommandFailure("cancelled")
        }
    }

    private static func text(_ bytes: [UInt8], what: String) throws -> String {
        let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
        let end = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
        guard let text = String(validating: end, as: UTF8.self), !text.isEmpty else {
            throw CommandFailure("\(what) is empty, or not UTF-8")
        }
        return text
    }
}
