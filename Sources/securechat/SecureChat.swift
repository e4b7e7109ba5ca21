import ArgumentParser
import Native
import Server

/// The command line: one program, a subcommand for each task.
@main
struct SecureChat: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "securechat",
        abstract: "A secure chat server for one small host, and its client.",
        version: Version.text,
        subcommands: [
            InitCommand.self, ServeCommand.self, UserCommand.self, RoomCommand.self, ConfigCommand.self,
            CheckCommand.self, SnapshotCommand.self, AuditCommand.self, KeyCommand.self, StatusCommand.self,
            ChatCommand.self, SendCommand.self, TailCommand.self, SearchCommand.self,
            VersionCommand.self,
        ])

    /// Exit codes: 0 done, 1 failed, 2 usage, 3 not reachable.
    static func main() {
        StandardStream.openMissing()
        do {
            try perform(try parseAsRoot())
        } catch let failure as CommandFailure {
            standardError("securechat: \(failure.description)\n")
            Self.exit(withError: ExitCode(1))
        } catch let code as ExitCode {
            Self.exit(withError: code)
        } catch {
            let code = exitCode(for: error)
            let text = fullMessage(for: error)
            if code == .success {
                standardOutput(text + "\n")
                Self.exit()
            }
            standardError((code == .validationFailure ? text : "securechat: \(error)") + "\n")
            Self.exit(withError: ExitCode(code == .validationFailure ? 2 : 1))
        }
    }

    /// A wrong use that shows only while the command runs is told with that command's usage too.
    private static func perform(_ command: any ParsableCommand) throws {
        var command = command
        do {
            // Altered text would be sent, or looked for, in place of what was meant.
            if let number = CurrentProcess.alteredArgument {
                throw ValidationError("Argument \(number) is not UTF-8.")
            }
            // The server makes it to its own measure.
            if !(command is ServeCommand) { SecureHeap.open() }
            try command.run()
        } catch let error as ValidationError {
            standardError("Error: \(error.message)\nUsage: \(usageString(for: type(of: command)))\n")
            throw ExitCode(2)
        }
    }
}

func standardError(_ text: String) { Console.write(Array(text.utf8), to: .error) }
