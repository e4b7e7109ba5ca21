import ArgumentParser
import Chat
import Client
import Native

/// Lines to people and programs.
enum Console {
    /// A line on standard error. Some of its words may be a server's, so it is made harmless.
    static func complain(_ text: String) {
        write(Array("securechat: \(HarmlessText.of(text))\n".utf8), to: .error)
    }

    /// Output that cannot be written ends the command with 1: what it was asked for is not done. Of errors
    /// that cannot be written nobody is left to hear. A closed pipe ends the process by SIGPIPE.
    static func write(_ bytes: [UInt8], to stream: StandardStream = .output) {
        do throws(IOError) {
            try stream.write(bytes)
        } catch {
            guard stream != .error else { return }
            complain("the output cannot be written: \(error)")
            SecureChat.exit(withError: ExitCode(1))
        }
    }

    /// Reads standard input on a thread of its own, and hands over its lines without their ends, and then why
    /// there are no more. A line waits until `credit` lets it pass.
    /// - Parameter longest: the longest message that the server takes, in bytes.
    static func readLines(
        longest: Int, credit: LineCredit, into deliver: @escaping @Sendable (TypedInput) -> Void
    ) throws {
        // What no frame holds was never a message; a little more than one is for the server to judge.
        let limit = min(max(longest, 0), Limits.standard.frameBytes) + 4_096
        _ = try Native.Thread.start(name: "input") {
            var splitter = LineSplitter(limit: limit)
            let buffer = IOBuffer(capacity: 64 * 1_024)
            func pass(_ line: LineSplitter.Line) {
                credit.take(LineCredit.cost(line))
                deliver(.line(line))
            }
            do throws(IOError) {
                while try StandardStream.input.read(into: buffer) != .endOfFile {
                    for line in splitter.split(buffer.span) { pass(line) }
                    buffer.clear()
                }
                if let rest = splitter.finish() { pass(rest) }
                deliver(.end)
            } catch {
                deliver(.unreadable(error))
            }
        }
    }
}
