import ArgumentParser
import Chat
import Client
import Native
import Security
import Wire

/// What a command does with its client's news. Command's thread only.
protocol NewsReader {
    mutating func read(_ news: ClientNews, host: ClientHost)
    /// After each batch: the place to write what gathered.
    mutating func batchEnded()
    /// What to end with after `leave`.
    var result: ClientExit? { get }
}

/// A client command from its options to its exit: connects, judges the server, reports lost connections,
/// hands all other news to its reader. Command's thread only.
struct Conversation {
    private let request: ConnectionRequest
    private let host: ClientHost
    /// Grows stricter: what was trusted once is what every later connection of this process must be.
    private var policy: TrustPolicy
    /// The person was asked for the password, if that was needed.
    private var hasLogins = false
    /// What the server says of identity providers, and which server that is.
    private var providers: (ProviderOffer, ServerID)?
    /// The terminal's keys are the conversation's from then on: nothing can be asked any more.
    private var hasBegun = false

    /// Returns when the client has ended in order; throws what the process exits with otherwise, and has said
    /// why.
    static func run(_ options: ConnectionOptions, _ begin: (ClientHost) -> some NewsReader) throws {
        do {
            var conversation = try Conversation(options)
            try conversation.run(begin)
        } catch let failure as ClientExit {
            Console.complain(failure.text)
            throw ExitCode(failure.kind.rawValue)
        }
    }

    private init(_ options: ConnectionOptions) throws {
        request = try options.request()
        host = try ClientHost(plan: request.plan, configuration: request.configuration)
        policy = request.policy
    }

    private mutating func run(_ begin: (ClientHost) -> some NewsReader) throws {
        var reader = begin(host)
        var news: [ClientNews] = []
        var ending: ClientFailure??
        var isOffline = false
        while ending == nil, host.read(into: &news) {
            for entry in news {
                switch entry {
                case .mustJudge(let server, let isVerified):
                    try orLeave { conversation throws in
                        try conversation.judge(server, isVerified: isVerified)
                    }
                case .told(.providers(let offer, let server)): providers = (offer, server)
                case .told(.askCode(let refusal)):
                    try orLeave { conversation throws in try conversation.askCode(refusal) }
                case .told(.ended(let failure)): ending = .some(failure)
                case .told(.offline(let reason, _)):
                    // Once for each time that it is lost.
                    if !isOffline { Console.complain("no connection (\(reason)); trying again") }
                    isOffline = true
                case .told, .opening, .sending, .asking, .input:
                    if case .told(.ready(let login, _)) = entry {
                        isOffline = false
                        hasBegun = true
                        keepDevice(login)
                    }
                    reader.read(entry, host: host)
                }
            }
            reader.batchEnded()
            news.removeAll(keepingCapacity: true)
        }
        host.join()
        if case .some(.some(let failure)) = ending {
            throw ClientExit(Self.isUnreachable(failure) ? .unreachable : .failed, failure.description)
        }
        if let failure = reader.result { throw failure }
    }

    private mutating func orLeave(_ ask: (inout Conversation) throws -> Void) throws {
        do {
            try ask(&self)
        } catch {
            host.leave()
            host.join()
            throw error
        }
    }

    private static func isUnreachable(_ failure: ClientFailure) -> Bool {
        switch failure {
        case .unreachable: true
        case .distrusted, .loginRefused, .somebodyElse, .disconnected: false
        }
    }

    /// What it gives is shown with the next password. Without it the next login is a stranger's, and no
    /// worse.
    private func keepDevice(_ login: Login) {
        guard let device = login.device, let path = request.knownDevices else { return }
        do throws(IOError) {
            var known = try KnownDevices(path: path)
            try known.keep(device, of: login.person.name, at: request.endpoint)
        } catch {
            Console.complain("this device cannot be remembered in \(path): \(error)")
        }
    }

    // MARK: the second factor

    /// Digits that are good once may be seen.
    private func askCode(_ refusal: RefusalNotice) throws {
        guard !hasBegun else {
            throw ClientExit(.failed, "the login has ended, and a code is needed for another: start again")
        }
        if refusal.code == .wrongCode { Console.complain(refusal.text) }
        let terminal = try Terminal()
        guard case .typed(let line) = try terminal.ask("Code of your authenticator, or a recovery code: "),
            let code = String(validating: line, as: UTF8.self), !code.isEmpty
        else { throw CommandFailure("cancelled") }
        host.enter(code: code)
    }

    // MARK: trust

    private mutating func judge(_ server: VerifiedServer, isVerified: Bool) throws {
        let fingerprint = Fingerprint(server.fingerprint)
        let verdict = policy.verdict(
            on: fingerprint, succeeding: server.successorOf.map { Fingerprint($0) }, isVerified: isVerified)
        switch verdict {
        // A pin of a time before keys had numbers gets one: from then on there is no way back.
        case .trusted where policy.known == fingerprint && policy.knownNumber == nil: try pin(server)
        case .trusted: try trust(server)
        case .pinned: try pin(server)
        case .mustAsk: try ask(server)
        case .refused(let reason): host.distrust(reason)
        }
    }

    /// Nothing secret is asked for before.
    private mutating func trust(_ server: VerifiedServer) throws {
        policy.expected = Fingerprint(server.fingerprint)
        if !hasLogins, let warning = ClockOffset.warning(lead: server.clockLead) { Console.complain(warning) }
        host.trust(logins: hasLogins ? [] : try request.logins(providers))
        hasLogins = true
    }

    private mutating func pin(_ server: VerifiedServer) throws {
        guard let path = request.knownServers else { return try trust(server) }
        let fingerprint = Fingerprint(server.fingerprint)
        do {
            var known = try KnownServers(path: path)
            if let old = known.fingerprint(of: request.endpoint), old != fingerprint {
                // Never in silence, whoever said that it may be another.
                let reason =
                    server.successorOf == old.digest
                    ? "has changed, and the pinned one vouches for it"
                    : "is replaced by the one that was given"
                Console.complain(
                    "the pinned identity of \(request.endpoint) \(reason).\n"
                        + "  pinned: \(old)\n  now: \(fingerprint)")
            }
            try known.pin(fingerprint, number: server.number, for: request.endpoint)
        } catch {
            return host.distrust("its identity cannot be pinned in \(path): \(error)")
        }
        (policy.known, policy.knownNumber) = (fingerprint, server.number)
        try trust(server)
    }

    private mutating func ask(_ server: VerifiedServer) throws {
        let fingerprint = Fingerprint(server.fingerprint)
        let question =
            "This is the first time that you connect to \(request.endpoint). Its identity is\n"
            + "  \(fingerprint)\n"
            + "Compare it with what the administrator told you. Trust it from now on? (yes/no) "
        guard let terminal = try? Terminal(), let answer = try? terminal.ask(question) else {
            return host.distrust(
                "it is not known yet. Its identity is \(fingerprint). Compare it and give --fingerprint, "
                    + "or give --accept-new to trust it at its first use")
        }
        guard case .typed(let line) = answer,
            ["yes", "y"].contains(String(decoding: line, as: UTF8.self).lowercased())
        else { return host.distrust("you did not trust it") }
        try pin(server)
    }
}
