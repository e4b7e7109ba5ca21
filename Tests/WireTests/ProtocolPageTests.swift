import Chat
import FoundationEssentials
import Testing
import Wire

/// docs/protocol.md against the code: what it tells strangers is what the server does.
@Suite struct ProtocolPageTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func text(_ path: String) throws -> String {
        let bytes = try Data(contentsOf: root.appending(path: path))
        return try #require(String(validating: bytes, as: UTF8.self))
    }

    /// The cells of the tables' rows between two headings, back quotes taken off.
    static func rows(from heading: String, to next: String) throws -> [[String]] {
        let page = try text("docs/protocol.md")
        let start = try #require(page.firstRange(of: "\n## \(heading)"))
        let end = try #require(page.firstRange(of: "\n## \(next)"))
        return page[start.upperBound..<end.lowerBound].split(separator: "\n").filter { $0.hasPrefix("|") }
            .map { line in
                line.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false)
                    .map { cell in
                        String(
                            cell.filter { $0 != "`" }.drop { $0 == " " }.reversed().drop { $0 == " " }
                                .reversed())
                    }
            }
    }

    private static func codes() throws -> [[String]] {
        try rows(from: "16. Codes", to: "17.").filter { UInt32($0[0]) != nil }
    }

    @Test func everyRefusalStandsOnThePage() throws {
        let stated = try Self.codes().filter { $0[0].count == 3 }.map { "\($0[0]) \($0[1])" }
        #expect(stated == RefusalCode.allCases.map { "\($0.rawValue) \($0.name)" })
    }

    @Test func everyDisconnectStandsOnThePageWithItsRule() throws {
        let stated = try Self.codes().filter { $0[0].count == 4 }.map { "\($0[0]) \($0[1]) \($0[2])" }
        #expect(
            stated
                == DisconnectCode.allCases.map {
                    "\($0.rawValue) \($0.name) \($0.mayReconnect ? "yes" : "no")"
                })
    }

    @Test func theLimitsOnThePageAreTheLimits() throws {
        let limits = Limits.standard
        let expected: [(String, Int)] = [
            ("frame_bytes_before_authentication", limits.frameBytesBeforeAuthentication),
            ("frame_bytes", limits.frameBytes), ("messages_in_a_frame", limits.messagesInAFrame),
            ("message_bytes", limits.messageBytes), ("body_bytes", limits.bodyBytes),
            ("content_type_bytes", limits.contentTypeBytes), ("topic_bytes", limits.topicBytes),
            ("name_characters", limits.nameScalars), ("password_bytes", limits.passwordBytes),
            ("password_least_characters", limits.passwordLeastCharacters), ("token_bytes", limits.tokenBytes),
            ("provider_token_bytes", limits.providerTokenBytes),
            ("code_bytes", limits.codeBytes), ("recovery_codes", limits.recoveryCodes),
            ("session_name_bytes", limits.sessionNameBytes), ("sessions", limits.sessionsOfAPerson),
            ("keys", limits.keysOfAPerson),
            ("authentication_tries", limits.authenticationTries),
            ("authentication_waits", limits.authenticationWaits), ("window", limits.window),
            ("subscriptions", limits.subscriptionsOfAConnection),
            ("checkpoints", limits.checkpointsOfASubscription),
            ("history_page_events", limits.historyPageEvents),
            ("history_page_bytes", limits.historyPageBytes),
            ("search_query_bytes", limits.searchQueryBytes), ("search_terms", limits.searchTerms),
            ("search_page_messages", limits.searchPageHits),
            ("search_candidates", limits.searchCandidates), ("search_tail_events", limits.searchTailEvents),
            ("search_tail_bytes", limits.searchTailBytes),
            ("list_entries", limits.listEntries), ("members_of_a_room", limits.membersOfARoom),
            ("rooms_of_a_person", limits.roomsOfAPerson),
            ("uses_of_an_invite", limits.usesOfAnInvite), ("rooms_of_an_invite", limits.roomsOfAnInvite),
            ("open_invites", limits.openInvites),
            ("outsiders_of_a_room", limits.outsidersOfARoom), ("pins_of_a_room", limits.pinsOfARoom),
            ("blocks_of_a_person", limits.blocksOfAPerson), ("reason_bytes", limits.reasonBytes),
            ("slow_seconds", limits.slowSeconds),
            ("sanction_seconds", Int(limits.sanctionMost.components.seconds)),
            ("mentions_of_a_message", limits.mentionsOfAMessage),
            ("members_named_at_once", limits.membersNamedAtOnce),
            ("frames_of_a_generation", Int(limits.framesOfAGeneration)),
        ]
        let stated = try Self.rows(from: "14. Limits", to: "15.").filter { Int($0[1]) != nil }
        #expect(stated.map { "\($0[0]) \($0[1])" } == expected.map { "\($0.0) \($0.1)" })
        let names = Set(RefusalCode.allCases.map(\.name) + DisconnectCode.allCases.map(\.name))
        for row in stated where row[2].contains("_") { #expect(names.contains(row[2]), "\(row[2])") }
    }

    @Test func theDeadlinesOnThePageAreTheLimits() throws {
        let limits = Limits.standard
        let expected = [
            limits.handshakeDeadline, limits.handshakeDeadline, limits.authenticationDeadline,
            limits.idleDeadline, limits.generationDeadline, limits.rekeyDeadline, limits.frameDeadline,
            limits.slowReaderDeadline,
            limits.congestionDeadline, limits.farewellDeadline, limits.drainDeadline,
        ].map(\.components.seconds)
        #expect(try Self.rows(from: "15. Deadlines", to: "16.").compactMap { Int64($0[1]) } == expected)
    }

    @Test func theRatesOnThePageAreTheLimits() throws {
        let rates = RateLimits()
        let expected = [
            rates.connectionsOfAnAddress, rates.handshakesOfAnAddress, rates.loginsOfAnAddress,
            rates.loginsOfAnAccount, rates.codesOfAnAccount, rates.messagesOfAnAccount,
            rates.bytesOfAnAccount,
            rates.readsOfAnAccount, rates.searchesOfAnAccount, rates.loginsOfADevice, rates.codesOfADevice,
            rates.messagesOfARoom,
            rates.bytesOfARoom,
            rates.messagesOfAConnection, rates.bytesOfAConnection, rates.readsOfAConnection,
            rates.searchesOfAConnection,
        ]
        let page = try Self.text("docs/protocol.md")
        let start = try #require(page.firstRange(of: "\n## 21. Rate limits"))
        let rows = page[start.upperBound...].split(separator: "\n").filter { $0.hasPrefix("|") }
            .map { $0.split(separator: "|").map { $0.drop { $0 == " " } } }
        let stated = rows.compactMap { cells -> String? in
            let amount = cells.dropLast().last.flatMap { cell in Int(cell.filter { $0 != " " }) }
            guard let amount else { return nil }
            let period = ["a day ": 86_400, "an hour ": 3_600][cells.last ?? ""] ?? 60
            return "\(amount) \(period)"
        }
        #expect(stated == expected.map { "\($0.amount) \($0.period.components.seconds)" })
    }

    @Test func everyMessageOfTheSchemaIsNamedOnThePage() throws {
        let page = try Self.text("docs/protocol.md")
        let schema = try Self.text("Sources/Wire/Schema/securechat.proto")
        for kind in ["ClientMessage", "ServerMessage"] {
            let start = try #require(schema.firstRange(of: "message \(kind) {"))
            let body = schema[start.upperBound...].prefix { $0 != "}" }
            let names = body.split(separator: "\n").compactMap { line -> Substring? in
                let words = line.split(separator: " ")
                return words.count == 4 && words[0].first?.isUppercase == true ? words[0] : nil
            }
            #expect(names.count > 15)
            for name in names { #expect(page.contains("`\(name)`"), "\(name)") }
        }
    }

    @Test func theBytesOnThePageAreTheEncoders() throws {
        let page = try Self.text("docs/protocol.md")
        let offer = ClientOffer(
            nonce: Array(repeating: 5, count: 32), agent: "tests/1", channelBinding: .tlsExporter)
        let hello = ClientMessage.hello(offer: offer.encoded())
        var encoder = FrameEncoder(limit: 4_096, maxMessages: 1)
        encoder.append(ClientMessageEncoder.encode(hello, request: 0))
        let flat = page.split(separator: "\n").joined(separator: " ")
        for frame in [
            encoder.finish(), ClientMessage.request(.ping).frame(4),
            FrameEncoder.frame(
                of: ServerMessageEncoder.encode(.pong(Timestamp(milliseconds: 1_000)), request: 4)),
        ] {
            let digits = frame.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
            #expect(flat.contains(digits), "\(digits)")
        }
    }
}
