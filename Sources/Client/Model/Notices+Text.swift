package import Wire

extension RefusalNotice {
    /// For people: `name (number): detail`.
    package var text: String { detail.isEmpty ? "\(name) (\(number))" : "\(name) (\(number)): \(detail)" }
}

extension Disconnection {
    /// For people: `name (number): detail`.
    package var text: String { detail.isEmpty ? "\(name) (\(number))" : "\(name) (\(number)): \(detail)" }
}
