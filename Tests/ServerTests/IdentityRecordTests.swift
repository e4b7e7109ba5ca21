import Chat
import Native
import Security
import Testing
import Wire

@testable import Server

/// The file of the identity key, and what a server makes of it.
@Suite struct IdentityRecordTests {
    private static let keys = (0..<3).map { _ in IdentityKey.generate(bits: 2_048) }
    private let server = ServerID(high: 1, low: 2)
    private let now = Timestamp(milliseconds: 1_800_000_000_000)

    private func rotated(_ times: Int) -> IdentityRecord {
        var record = IdentityRecord(key: Self.keys[0])
        for turn in 0..<times {
            record = record.rotated(to: Self.keys[(turn + 1) % 3], of: server, at: now)
        }
        return record
    }

    @Test func aFirstKeyIsNumberZeroAndOldFilesAreThat() throws {
        let old = try IdentityRecord(encoded: Self.keys[0].pem)
        #expect(old.number == 0 && old.changes.isEmpty)
        #expect(old.publicKey == Self.keys[0].publicKey)
        try old.verify(of: server, at: now)
    }

    @Test func itReadsBackAndVerifies() throws {
        let record = rotated(2)
        let again = try IdentityRecord(encoded: record.encoded)
        #expect(again.number == 2 && again.changes == record.changes && again.publicKey == record.publicKey)
        try again.verify(of: server, at: now)
        #expect(
            try IdentityKey(pem: record.encoded).publicKey == record.publicKey, "it is a key's file still")
    }

    @Test func onlyTheNewestSixteenChangesAreKept() throws {
        let record = rotated(18)
        #expect(record.number == 18 && record.changes.count == IdentityChain.mostChanges)
        #expect(record.changes.first?.number == 3)
        try record.verify(of: server, at: now)
    }

    @Test func whatIsReplacedHasNoChainAndAHigherNumber() throws {
        let record = rotated(2).replaced(by: Self.keys[0])
        #expect(record.number == 3 && record.changes.isEmpty)
        try record.verify(of: server, at: now)
    }

    @Test func aDamagedFileIsToldWithItsPlace() throws {
        let text = String(decoding: rotated(2).encoded, as: UTF8.self)
        let lines = text.split(separator: "\n").map(String.init)
        func fault(_ lines: [String]) -> String {
            do {
                let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
                try IdentityRecord(encoded: bytes).verify(of: server, at: now)
                return "whole"
            } catch {
                return "\(error)"
            }
        }
        #expect(fault(lines) == "whole")
        #expect(fault(Array(lines.dropLast())).contains("identity_chain_gap"))
        #expect(
            fault(lines.map { $0.hasPrefix("identity-number") ? "identity-number: 3" : $0 })
                .contains("identity_chain_gap"))
        #expect(fault(lines.dropLast() + ["identity-change: AA"]).contains("identity-change 2 is none"))
        #expect(fault(lines.dropLast() + ["identity-number: x"]).contains("no number"))
        #expect(throws: IdentityRecordFault.self) {
            try rotated(1).verify(of: ServerID(high: 9, low: 9), at: now)
        }
        #expect(throws: IdentityRecordFault.self) {
            try rotated(1).verify(of: server, at: now.advanced(by: .seconds(-601)))
        }
    }

    // MARK: in hellos

    @Test func aServerShowsWhatLeadsFromTheKnownKey() {
        let identity = ServerIdentity(
            record: rotated(1), server: server, lifetime: .seconds(86_400), now: now)
        #expect(changes(identity, known: Self.keys[0]) == 1)
        #expect(changes(identity, known: Self.keys[1]) == 0, "the present key")
        #expect(changes(identity, known: Self.keys[2]) == 0, "a stranger's")
        identity.adopt(rotated(2), now: now)
        #expect(changes(identity, known: Self.keys[0]) == 2)
        #expect(changes(identity, known: Self.keys[1]) == 1)
        #expect(identity.credential(at: now).credential.identityNumber == 2)
        #expect(identity.fingerprint == rotated(2).fingerprint)
    }

    private func changes(_ identity: ServerIdentity, known: IdentityKey) -> Int {
        let offer = ServerOffer(
            version: 1, server: server, incarnation: Incarnation(high: 3, low: 4), time: now,
            nonce: [UInt8](repeating: 8, count: 32), limits: StatedLimits(.standard), serverName: "test",
            agent: "test")
        let fingerprint = IdentityRecord(key: known).fingerprint.digest
        return identity.hello(
            answering: [], with: offer, channelBinding: [], known: fingerprint, now: now
        ).hello.changes.count
    }
}
