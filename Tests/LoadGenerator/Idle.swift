import ArgumentParser
import Foundation

/// Memory of the server, empty and with connections that are logged in, follow a room and are silent.
struct Idle: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Memory for idle connections.")

    @OptionGroup var target: Target
    @Option(help: "Members of a room; 0 for none.") var roomSize = 100
    @Option(help: "Seconds of silence before the memory is read.") var seconds = 3.0

    func run() throws {
        let crowd = try target.crowd()
        let empty = ProcessSample(process: target.process)
        try crowd.connect(target.connections)
        if roomSize > 0 { _ = try crowd.perform(.gather(roomSize: roomSize, subscribe: true)) }
        progress("idle: \(target.connections) are logged in")
        Thread.sleep(forTimeInterval: seconds)
        let full = ProcessSample(process: target.process)
        var result = Result(mode: "idle", connections: target.connections)
        result.roomSize = roomSize
        result.emptyKiB = empty.resident
        result.emptyAnonymousKiB = empty.anonymous
        result.residentKiB = full.resident
        result.anonymousKiB = full.anonymous
        result.bytesPerConnection = (full.resident - empty.resident) * 1_024 / max(1, target.connections)
        result.load = full.load
        result.print()
    }
}
