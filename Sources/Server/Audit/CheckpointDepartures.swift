import Chat
import Native
import Security

/// The way of checkpoints out of the log: to a file beside it and to the machine's log, from where they leave
/// the box.
///
/// A value of the audit writer's. What cannot leave now is kept, within a bound, and tried again.
struct CheckpointDepartures {
    private let places: AuditFactory.Places
    private let most: Int
    private var waiting: [String] = []

    init(places: AuditFactory.Places, most: Int) {
        self.places = places
        self.most = most
    }

    /// At a start: a crash may have held the last one back. In both places a checkpoint may stand twice.
    mutating func addAgain(_ checkpoint: AuditCheckpoint, log: AuditLogID) {
        let line = AuditLine.witness(checkpoint, log: log).encoded()
        let end = places.checkpoints.flatMap { try? Files.readEnd($0, count: line.utf8.count + 1) }
        if end.flatMap({ $0 }) != Array((line + "\n").utf8) { add([checkpoint], log: log) }
    }

    /// With one sync of the file for all of them.
    mutating func add(_ checkpoints: [AuditCheckpoint], log: AuditLogID) {
        guard places.checkpoints != nil || places.systemLog != nil else { return }
        waiting += checkpoints.map { AuditLine.witness($0, log: log).encoded() }
        // The file holds them all; the oldest are in audit.db too, the newest matter outside.
        waiting.removeFirst(max(0, waiting.count - most))
        _ = send()
    }

    /// - Returns: what went wrong, `nil` when everything has left.
    mutating func send() -> String? {
        guard !waiting.isEmpty else { return nil }
        do throws(IOError) {
            if let path = places.checkpoints {
                let lines = waiting.map { $0 + "\n" }.joined()
                try Files.append(path, Array(lines.utf8), mode: 0o600)
            }
            if let path = places.systemLog {
                for line in waiting {
                    _ = try SystemLog.send(
                        "audit checkpoint \(line)", program: "securechat", process: CurrentProcess.number,
                        to: path)
                }
            }
            waiting = []
            return nil
        } catch {
            return "\(error)"
        }
    }
}
