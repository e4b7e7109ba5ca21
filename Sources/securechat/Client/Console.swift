import ArgumentParser
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

    /// Reads standard input on a thread of its own, and hands over its lines without their ends; `nil` at the
    /// end. A line waits until `credit` lets it pass.
    static func readLines(credit: Native.Semaphore, into deliver: @escaping @Sendable ([UInt8]?) -> Void)
        throws
    {
        _ = try Native.Thread.start(name: "input") {
            var splitter = LineSplitter()
            let buffer = IOBuffer(capacity: 64 * 1_024)
            while let result = try? StandardStream.input.read(into: buffer), result != .endOfFile {
                for line in splitter.split(buffer.span) {
                    _ = credit.wait()
                    deliver(line)
                }
                buffer.clear()
            }
            if let rest = splitter.finish() {
                _ = credit.wait()
                deliver(rest)
            }
            deliver(nil)
        }
    }
}
