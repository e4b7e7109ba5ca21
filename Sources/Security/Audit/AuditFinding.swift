/// The first thing that is wrong with an audit log, and where.
package struct AuditFinding: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Fault: Hashable, Sendable {
        /// What stands there is not what was signed.
        case changed
        /// An entry that was signed here is not there.
        case removed
        /// An entry stands there that was not signed.
        case inserted
        /// Entries have changed places.
        case reordered
        /// Nothing follows, though more was signed.
        case truncated
        /// No line of this format.
        case malformed
    }

    package enum Place: Hashable, Sendable {
        case header
        case entry(UInt64)
        case checkpoint(UInt64)
    }

    package let fault: Fault
    package let place: Place
    package let detail: String

    package init(_ fault: Fault, _ place: Place, _ detail: String) {
        self.fault = fault
        self.place = place
        self.detail = detail
    }

    package var description: String {
        let name =
            switch place {
            case .header: "header"
            case .entry(let sequence): "entry \(sequence)"
            case .checkpoint(let number): "checkpoint \(number)"
            }
        return "\(name): \(fault): \(detail)"
    }
}
