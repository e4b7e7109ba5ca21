import Chat
import Server

/// This server's audit log, page by page.
struct AuditExport {
    let header: String
    /// The last entry.
    let last: UInt64
    private let ask: Administrator.Ask

    /// Has the server sign everything first.
    init(ask: @escaping Administrator.Ask) throws {
        guard case .auditLog(let header, let last) = try ask(.beginAudit) else {
            throw CommandFailure("the server gave no audit log")
        }
        self.ask = ask
        self.header = header
        self.last = last
    }

    /// Up to where the log ended at the beginning: a log that grows faster than it is read ends too. What
    /// follows is the checkpoint over it.
    func forEachLine(
        after start: UInt64 = 0, skippingCheckpoints: Bool = false, _ body: (String) throws -> Void
    ) throws {
        var (sequence, checkpoint) = (start, skippingCheckpoints ? UInt64.max : 0)
        while true {
            let request = ControlRequest.readAudit(afterSequence: sequence, afterCheckpoint: checkpoint)
            guard
                case .auditPage(let lines, let nextSequence, let nextCheckpoint) =
                    try ask(request)
            else { throw CommandFailure("the server gave no page of the audit log") }
            for line in lines {
                if isBehindEnd(line) { return }
                try body(line)
            }
            if lines.isEmpty { return }
            (sequence, checkpoint) = (nextSequence, nextCheckpoint)
        }
    }

    private func isBehindEnd(_ line: String) -> Bool {
        guard case .item(let item)? = AuditLine(Array(line.utf8)) else { return false }
        return switch item {
        case .entry(let entry): entry.sequence > last
        case .checkpoint(let checkpoint): checkpoint.sequence > last
        }
    }
}
