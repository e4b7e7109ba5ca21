import Chat
import Native
import Security
import Testing

@Suite struct AuditChainTests {
    private let entry = AuditEntry(
        sequence: 1, id: AuditRecordID(high: 1, low: 2), at: Timestamp(milliseconds: 3),
        kind: "person_added", actor: "operations", subjects: ["server"],
        content: AuditEntry.Content(salt: Salt(high: 4, low: 5), details: Array("{}".utf8)),
        detailsDigest: .zero, link: .zero)

    /// The bytes of docs/audit.md, written out.
    @Test func theBytesAreThoseOfThePage() throws {
        let hashing = NativeHashing()
        func word(_ last: UInt8) -> [UInt8] { [0, 0, 0, 0, 0, 0, 0, last] }
        func text(_ text: String) -> [UInt8] { [0, 0, 0, UInt8(text.utf8.count)] + Array(text.utf8) }
        let content = try #require(entry.content)
        #expect(
            AuditChain.detailsDigest(content, hashing: hashing)
                == hashing.sha256([0] + word(4) + word(5) + Array("{}".utf8)))
        let zero = [UInt8](repeating: 0, count: 32)
        let body = AuditChain.bodyDigest(of: entry, hashing: hashing)
        #expect(
            body
                == hashing.sha256(
                    [1] + word(1) + word(2) + word(3) + text("person_added") + text("operations")
                        + [0, 0, 0, 1] + text("server") + zero))
        #expect(
            AuditChain.link(after: .zero, sequence: 9, body: body, hashing: hashing)
                == hashing.sha256([2] + zero + word(9) + body.bytes))
        let log = AuditLogID(high: 6, low: 7)
        #expect(
            AuditChain.genesis(of: log, hashing: hashing) == hashing.sha256([3] + word(6) + word(7)))
        #expect(
            AuditChain.signedForm(
                log: log, number: 1, sequence: 2, at: Timestamp(milliseconds: 3), link: .zero,
                marksDigest: body)
                == Array("securechat audit checkpoint 1".utf8) + [0] + word(6) + word(7) + word(1) + word(2)
                + word(3) + zero + body.bytes)
    }

    @Test func aLedgerTakesOnlyWhatFollows() throws {
        var ledger = AuditLedger(log: AuditLogID(high: 1, low: 1), after: nil, hashing: NativeHashing())
        let twin = ledger
        var dice = Dice(seed: 1)
        let record = AuditRecord(
            at: Timestamp(milliseconds: 1), .serverStarted, by: .server, of: [], [:], random: &dice)
        let first = ledger.append(record, salt: Salt(high: 1, low: 1))
        let second = ledger.append(record, salt: Salt(high: 1, low: 2))
        var other = twin
        let takes = [second, first, first, second].map { other.take($0) }
        #expect(takes == [false, true, false, true])
        #expect(other.link == ledger.link)
    }

    @Test func detailsAreOneLineOfJSON() {
        let details: AuditDetails = [
            "name": .text("a\"\\\n\u{7f}é"), "count": .number(-3), "flag": .flag(true),
            "long": .text(String(repeating: "x", count: 1_000)),
        ]
        let text = String(decoding: details.json, as: UTF8.self)
        #expect(
            text == "{\"name\":\"a\\\"\\\\\\u000a\\u007fé\",\"count\":-3,\"flag\":true,\"long\":\""
                + String(repeating: "x", count: AuditDetails.textScalars) + "\"}")
        #expect(AuditDetails().json == Array("{}".utf8))
    }
}
