import Chat
import Client
import Native
import Server
import Wire

/// Asks whoever can answer: the running server over its control socket, or else the stores themselves, under
/// the directory's lock and as its owner.
struct Administrator {
    let options: ServerOptions

    /// Asks one thing after the other.
    typealias Ask = (ControlRequest) throws -> ControlResponse

    func perform(_ request: ControlRequest) throws -> ControlResponse {
        let client = ControlClient(path: options.directory.controlSocket)
        if let response = try client.perform(request) { return try accepted(response) }
        if case .awaitSnapshot = request {
            throw CommandFailure("the server has stopped: there is no snapshot")
        }
        return try offline { ask in try ask(request) }
    }

    /// Where no server runs, the stores stay open from one question to the next.
    func converse<Result>(_ body: (@escaping Ask) throws -> Result) throws -> Result {
        let client = ControlClient(path: options.directory.controlSocket)
        guard try client.perform(.ping) != nil else { return try offline(body) }
        return try body { request in
            guard let response = try client.perform(request) else {
                throw CommandFailure("the server has stopped")
            }
            return try accepted(response)
        }
    }

    private func offline<Result>(_ body: (@escaping Ask) throws -> Result) throws -> Result {
        _ = try options.directory.readMarker()
        let configuration = try options.effectiveConfiguration().configuration
        let entrance = try StoreEntrance(options.directory, configuration) {
            standardError("securechat: \($0)\n")
        }
        let factory = Composition.embedded(
            in: options.directory, auditKey: entrance.keys.audit, limits: configuration.limits)
        let events = try factory.openEvents()
        let offline = try OfflineAdministration(
            events: events, sessions: try factory.openSessions(), audit: factory.audit,
            directory: options.directory, limits: configuration.limits, forgetSearch: factory.search.remove)
        let result = Swift.Result { try body { request in try accepted(offline.perform(request)) } }
        try offline.close()
        try events.close()
        _ = consume entrance
        return try result.get()
    }

    private func accepted(_ response: ControlResponse) throws -> ControlResponse {
        guard case .refused(let code, let name, let detail) = response else { return response }
        let notice = RefusalNotice(number: code, name: name, detail: detail, retryAfter: nil)
        throw CommandFailure(notice.text)
    }
}
