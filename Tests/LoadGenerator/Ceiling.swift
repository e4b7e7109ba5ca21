import ArgumentParser
import Native

/// What two processors can do with TLS and the kernel alone: one writes, the other reads, and there is no
/// chat server. Measured beside the server's own figures, because machines differ, and one does from day to
/// day.
struct Ceiling: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Deliveries a second of a program that does nothing but write them.")

    @Option(help: "Connections, written to in turn.") var connections = 1_000
    @Option(help: "Messages in a TLS record. May be given several times.") var batch: [Int] = []
    @Option(help: "Bytes of a message.") var messageBytes = 300
    @Option(help: "Seconds of each step.") var seconds = 2.0
    @Option(help: "The processor that writes.") var writer = 0
    @Option(help: "The processor that reads.") var reader = 1

    func run() throws {
        let (near, far) = try Self.pairs(connections)
        let isDone = DoneFlag()
        let reading = try Native.Thread.start(name: "reader", core: reader) {
            do throws(IOError) {
                try CeilingReader.discard(far, until: isDone)
            } catch {
                fatalError("\(error)")
            }
        }
        let writing = try Native.Thread.start(name: "writer", core: writer) { [self] in
            do { try write(near) } catch { fatalError("\(error)") }
        }
        writing.join()
        isDone.set()
        reading.join()
    }

    private func write(_ sockets: [HeldSocket]) throws {
        let writer = try CeilingWriter(sockets)
        for batch in batch {
            let writes = try writer.write(
                [UInt8](repeating: 0x61, count: batch * messageBytes), seconds: seconds)
            var result = Result(mode: "ceiling", connections: connections)
            result.messagesInRecord = batch
            result.deliveriesPerSecond = Double(writes * batch) / seconds
            result.print()
        }
    }

    private static func pairs(_ count: Int) throws -> (near: [HeldSocket], far: [HeldSocket]) {
        let listener = try ListeningSocket(address: .loopback, port: 0)
        var (near, far): ([HeldSocket], [HeldSocket]) = ([], [])
        for _ in 0..<count {
            let socket = try StreamSocket.connect(to: listener.address)
            guard try socket.wait(for: .write, timeout: .seconds(5)), let accepted = try listener.accept()
            else { throw LoadError("a connection of this process's own did not come about") }
            far.append(HeldSocket(socket))
            near.append(HeldSocket(accepted.takeSocket()))
        }
        return (near, far)
    }
}
