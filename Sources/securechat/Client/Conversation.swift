import ArgumentParser
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

    /// Returns when the client has ended in order; throws what the process exits with otherwise, and has said
    /// why.
    static func run(_ options: ConnectionOptions, _ begin: (ClientHost) -> some NewsReader) throws {
        do {
            try Conversation(options).run(begin)
        } catch let failure as ClientExit {
            Console.complain(failure.text)
            throw ExitCode(failure.kind.rawValue)
        }
    }

    private init(_ options: ConnectionOptions) throws {
        request = try options.request()
        host = try ClientHost(plan: request.plan, configuration: request.configuration)
    }

    private func run(_ begin: (ClientHost) -> some NewsReader) throws {
        var reader = begin(host)
        var news: [ClientNews] = []
        var ending: ClientFailure??
        var isOffline = false
        while ending == nil, host.read(into: &news) {
            for entry in news {
                switch entry {
                case .mustJudge(let server, let isVerified): judge(server, isVerified: isVerified)
                case .told(.ended(let failure)): ending = .some(failure)
                case .told(.offline(let reason, _)):
                    // Once for each time that it is lost.
                    if !isOffline { Console.complain("no connection (\(reason)); trying again") }
                    isOffline = true
                case .told, .opening, .sending, .asking, .input:
                    if case .told(.ready) = entry { isOffline = false }
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

    private static func isUnreachable(_ failure: ClientFailure) -> Bool {
        switch failure {
        case .unreachable: true
        case .distrusted, .loginRefused, .disconnected: false
        }
    }

    // MARK: trust

    private func judge(_ server: VerifiedServer, isVerified: Bool) {
        let fingerprint = Fingerprint(server.fingerprint)
        switch request.policy.verdict(on: fingerprint, isVerified: isVerified) {
        case .trusted: host.trust()
        case .pinned: pin(fingerprint)
        case .mustAsk: ask(fingerprint)
        case .refused(let reason): host.distrust(reason)
        }
    }

    private func pin(_ fingerprint: Fingerprint) {
        guard let path = request.knownServers else { return host.trust() }
        do throws(IOError) {
            var known = try KnownServers(path: path)
            try known.pin(fingerprint, for: request.endpoint)
            host.trust()
        } catch {
            host.distrust("its identity cannot be pinned in \(path): \(error)")
        }
    }

    private func ask(_ fingerprint: Fingerprint) {
        let question =
            "This is the first time that you connect to \(request.endpoint). Its identity is\n"
            + "  \(fingerprint)\n"
            + "Compare it with what the administrator told you. Trust it from now on? (yes/no) "
        guard let terminal = try? Terminal(), let answer = try? terminal.askSecret(question) else {
            return host.distrust(
                "it is not known yet. Its identity is \(fingerprint). Compare it and give --fingerprint, "
                    + "or give --accept-new to trust it at its first use")
        }
        guard case .typed(let line) = answer,
            ["yes", "y"].contains(String(decoding: line, as: UTF8.self).lowercased())
        else { return host.distrust("you did not trust it") }
        pin(fingerprint)
    }
}
