package import Chat
import Native

/// Turns a flood of like events into two entries: the first at once, the others as one with their count when
/// the window is over. Addresses of one network are alike.
///
/// A value of the audit writer's; knows no clock. Bounded: what is over the table's limit is counted by its
/// kind alone, and so is what strangers cause beyond their allowance: a log that they could fill is a disk
/// that they could fill.
package struct FloodCount: Sendable {
    private struct Key: Hashable {
        let kind: AuditKind
        let actor: AuditParty
        let subjects: [AuditParty]
        let details: AuditDetails
        let network: IPAddress?

        init(_ event: SecurityEvent) {
            kind = event.kind
            actor = event.actor
            subjects = event.subjects
            details = event.details
            network = event.address?.network
        }
    }

    private struct Repeated {
        /// Of the event that began the window; that one is entered.
        let began: Timestamp
        var lastAt: Timestamp
        /// `nil` when there were several.
        var address: IPAddress?
        var count: Int64 = 0

        init(_ event: SecurityEvent) {
            began = event.at
            lastAt = event.at
            address = event.address
        }

        mutating func add(_ event: SecurityEvent) {
            count += 1
            lastAt = max(lastAt, event.at)
            if address != event.address { address = nil }
        }
    }

    private var known: [Key: Repeated] = [:]
    private var overflow: [AuditKind: Repeated] = [:]
    private let window: Duration
    private let most: Int
    private var strangers: EntryAllowance

    package init(window: Duration, most: Int, strangers: EntryAllowance) {
        self.window = window
        self.most = most
        self.strangers = strangers
    }

    package var isEmpty: Bool { known.isEmpty && overflow.isEmpty }
    package var keyCount: Int { known.count + overflow.count }

    /// The event itself when it is to be entered now; `nil` when it is counted.
    package mutating func add(_ event: SecurityEvent) -> SecurityEvent? {
        let key = Key(event)
        if let place = known.index(forKey: key) {
            known.values[place].add(event)
            return nil
        }
        if known.count < most, !Self.isAnybodys(event) || strangers.take(at: event.at) {
            known[key] = Repeated(event)
            return event
        }
        overflow[event.kind, default: Repeated(event)].add(event)
        return nil
    }

    /// What takes no secret to bring about: a token that was replaced, or a wrong code behind the right
    /// password, is news that no flood hides.
    private static func isAnybodys(_ event: SecurityEvent) -> Bool {
        event.actor == .unknown && event.kind != .tokenReused && event.kind != .codeRefused
    }

    /// The counts whose window is over at `now`, or all of them, in no order: they lie within one window.
    package mutating func due(at now: Timestamp, all: Bool = false) -> [SecurityEvent] {
        func isOver(_ repeated: Repeated) -> Bool {
            // A clock that was set back ends the window too.
            all || now < repeated.began || now >= repeated.began.advanced(by: window)
        }
        var events: [SecurityEvent] = []
        for (key, repeated) in known where isOver(repeated) {
            known[key] = nil
            guard repeated.count > 0 else { continue }
            let details = counted(repeated, key.details.followed(by: origin(repeated, of: key.network)))
            events.append(SecurityEvent(key.kind, at: now, by: key.actor, of: key.subjects, details))
        }
        for (kind, repeated) in overflow where isOver(repeated) {
            overflow[kind] = nil
            events.append(
                SecurityEvent(kind, at: now, by: .unknown, counted(repeated, ["various": .flag(true)])))
        }
        return events
    }

    /// The address where it was one, or else what network they have in common.
    private func origin(_ repeated: Repeated, of network: IPAddress?) -> AuditDetails {
        if let address = repeated.address { return ["address": .text("\(address)")] }
        return network.map { ["network": .text("\($0)/64")] } ?? [:]
    }

    private func counted(_ repeated: Repeated, _ details: AuditDetails) -> AuditDetails {
        var details = details
        details.append("count", .number(repeated.count))
        details.append("first_at", .number(repeated.began.milliseconds))
        details.append("last_at", .number(repeated.lastAt.milliseconds))
        return details
    }
}
