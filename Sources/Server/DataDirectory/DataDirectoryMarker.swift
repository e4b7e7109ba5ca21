package import Chat
package import Security

/// What the marker file says: that this directory holds a finished server, in which format, and by what name.
package struct DataDirectoryMarker: Hashable, Sendable {
    package static let format = 1

    /// The name that the server's certificate is for: what `server.name` means while it is empty.
    package let serverName: String
    package let createdAt: Timestamp
    /// What a password's hash costs here, measured when the directory was made.
    package let passwordCosts: PasswordCosts

    package init(serverName: String, createdAt: Timestamp, passwordCosts: PasswordCosts) {
        self.serverName = serverName
        self.createdAt = createdAt
        self.passwordCosts = passwordCosts
    }

    package enum Reading: Hashable, Sendable {
        case marker(DataDirectoryMarker)
        case newer(Int)
        case unreadable
    }

    package var encoded: [UInt8] {
        let value = JSONValue.object([
            .init("format", .integer(Self.format)),
            .init("server_name", .text(serverName)),
            .init("created_at", .integer(Int(createdAt.milliseconds))),
            .init("password_costs", .text("\(passwordCosts)")),
        ])
        return Array((value.encoded(indented: true) + "\n").utf8)
    }

    /// Any bytes are safe to give. Members of later versions of the same format are skipped.
    package static func read(_ bytes: [UInt8]) -> Reading {
        guard let document = try? JSONReader.read(bytes), case .object(let members) = document.value else {
            return .unreadable
        }
        let values = Dictionary(members.map { ($0.name, $0.value) }) { first, _ in first }
        guard case .integer(let format) = values["format"] else { return .unreadable }
        guard format <= Self.format else { return .newer(format) }
        guard case .text(let name) = values["server_name"],
            case .integer(let createdAt) = values["created_at"],
            case .text(let text) = values["password_costs"], let costs = PasswordCosts(text: Substring(text)),
            !costs.isLess(than: .standard)
        else {
            return .unreadable
        }
        return .marker(
            DataDirectoryMarker(
                serverName: name, createdAt: Timestamp(milliseconds: Int64(createdAt)), passwordCosts: costs))
    }
}
