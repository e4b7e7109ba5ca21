import Chat
import Foundation
import Native
import Security
import Testing

@testable import Server

@Suite struct DataDirectoryTests {
    private let scratch: ScratchDirectory
    private let directory: DataDirectory
    private let now = Timestamp(milliseconds: 1_800_000_000_000)

    init() throws {
        scratch = try ScratchDirectory()
        directory = DataDirectory(path: scratch.path + "/above/data/")
    }

    private struct Crash: Error {}

    private func create() throws {
        try directory.create(names: ["box.example"], identityBits: 2_048, now: now) { _ in }
    }

    private func message(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            return "\(error)"
        }
    }

    private func mode(_ path: String) throws -> UInt32? { try Files.status(of: path)?.mode }

    // MARK: making one

    @Test func aNewOneIsItsOwnersAlone() throws {
        #expect(try directory.condition() == .missing)
        let (answer, during) = try directory.create(names: ["box.example"], identityBits: 2_048, now: now) {
            keys in
            (keys.identity.publicKey, try directory.condition())
        }
        #expect(during == .unfinished)
        #expect(
            try directory.condition()
                == .finished(
                    DataDirectoryMarker(
                        serverName: "box.example", createdAt: now, passwordCosts: .standard)))
        #expect(try mode(directory.path) == 0o700)
        #expect(try mode(directory.keys) == 0o700)
        for path in [
            directory.identityKey, directory.authorityKey, directory.authorityCertificate,
            directory.certificate,
            directory.certificateKey, directory.marker,
        ] {
            #expect(try mode(path) == 0o600, "\(path)")
        }
        let keys = try ServerKeys.load(from: directory)
        #expect(keys.identity.publicKey == answer)
        _ = try TLSContext.server(
            certificateChain: keys.certificateChain, privateKey: keys.certificateKey,
            protocols: ["securechat/1"],
            tickets: TLSTicketKeys())
        #expect(try directory.readMarker().serverName == "box.example")
    }

    @Test func anEmptyDirectoryIsTakenAndClosedToOthers() throws {
        let empty = DataDirectory(path: scratch.path)
        #expect(try empty.condition() == .empty)
        try empty.create(names: ["box.example"], identityBits: 2_048, now: now) { _ in }
        #expect(try mode(empty.path) == 0o700)
    }

    @Test func aFinishedOneIsLeftAlone() throws {
        try create()
        let before = try Files.read(directory.identityKey, limit: 10_000)
        #expect(message { try create() }?.contains("there is a server in it already") == true)
        #expect(try Files.read(directory.identityKey, limit: 10_000) == before)
    }

    @Test func otherThingsAreLeftAlone() throws {
        try scratch.write("dear diary", to: "diary.txt")
        let other = DataDirectory(path: scratch.path)
        #expect(try other.condition() == .foreign("diary.txt"))
        #expect(
            message { try other.create(names: ["a.example"], identityBits: 2_048, now: now) { _ in } }?
                .contains("diary.txt")
                == true)
        #expect(try Files.names(in: scratch.path) == ["diary.txt"])
        let file = DataDirectory(path: scratch.path + "/diary.txt")
        #expect(
            message { try file.create(names: ["a.example"], identityBits: 2_048, now: now) { _ in } }?
                .contains("no directory")
                == true)
    }

    @Test func aHalfMadeOneIsNotServedAndCompletedWithTheSameIdentity() throws {
        #expect(throws: Crash.self) {
            try directory.create(names: ["box.example"], identityBits: 2_048, now: now) { _ in throw Crash() }
        }
        #expect(try directory.condition() == .unfinished)
        #expect(message { _ = try directory.readMarker() }?.contains("init") == true)
        let before = try Files.read(directory.identityKey, limit: 10_000)
        try create()
        #expect(try Files.read(directory.identityKey, limit: 10_000) == before)
        #expect(try directory.readMarker().createdAt == now)
    }

    /// Whatever was the last file of an interrupted call, the next one ends with keys that fit together.
    @Test("Interrupted at any file, it is completed", arguments: 1...5)
    func interrupted(keeping count: Int) throws {
        #expect(throws: Crash.self) {
            try directory.create(names: ["box.example"], identityBits: 2_048, now: now) { _ in throw Crash() }
        }
        let written = [
            directory.identityKey, directory.authorityKey, directory.authorityCertificate,
            directory.certificate,
            directory.certificateKey,
        ]
        for path in written.dropFirst(count) { try Files.remove(path) }
        try create()
        let keys = try ServerKeys.load(from: directory)
        _ = try TLSContext.server(
            certificateChain: keys.certificateChain, privateKey: keys.certificateKey,
            protocols: ["securechat/1"],
            tickets: TLSTicketKeys())
        _ = try CertificateAuthority(
            certificate: Files.read(directory.authorityCertificate, limit: 10_000),
            privateKey: Files.read(directory.authorityKey, limit: 10_000))
    }

    @Test func noRoomOnTheDiskLeavesNothingThatServes() throws {
        // ENOSPC at each sync in turn: the call fails, and succeeds when there is room.
        for sparing in 0..<8 {
            let target = DataDirectory(path: scratch.path + "/\(sparing)")
            #expect(throws: (any Error).self) {
                try FaultPlan.force(.noSpace, on: "fsync", times: 1_000, sparing: sparing) {
                    try target.create(names: ["box.example"], identityBits: 2_048, now: now) { _ in }
                }
            }
            #expect(throws: (any Error).self) { try target.readMarker() }
            try target.create(names: ["box.example"], identityBits: 2_048, now: now) { _ in }
            _ = try ServerKeys.load(from: target)
        }
    }

    // MARK: entering one

    @Test func onlyOneProcessEnters() throws {
        try create()
        let lock = try directory.enter()
        #expect(message { _ = try directory.enter() }?.contains("in use") == true)
        _ = consume lock
        _ = try directory.enter()
    }

    @Test func whatIsMissingIsSaidWithTheMend() throws {
        #expect(message { _ = try directory.enter() }?.contains("securechat init --data") == true)
        #expect(message { _ = try directory.readMarker() }?.contains("securechat init --data") == true)
        try create()
        try Files.remove(directory.identityKey)
        #expect(
            message { _ = try ServerKeys.load(from: directory) }?.contains("identity.pem: it is missing")
                == true)
    }

    @Test func aKeyThatOthersMayReadIsRefused() throws {
        try create()
        try Files.restrict(directory.identityKey, mode: 0o640)
        #expect(message { _ = try ServerKeys.load(from: directory) }?.contains("chmod 600") == true)
    }

    @Test func aKeyOfAnotherCertificateIsNamed() throws {
        try create()
        let other = try ServerKeys.temporary(names: ["localhost"])
        try Files.writeAtomically(directory.certificateKey, other.certificateKey, mode: 0o600)
        let text = message { _ = try ServerKeys.load(from: directory) }
        #expect(text?.hasPrefix("\(directory.certificateKey): ") == true)
        #expect(text?.contains(directory.certificate) == true && text?.contains("Put") == true)
    }

    @Test func keysThatAreNoneAreRefused() throws {
        try create()
        try Files.writeAtomically(directory.identityKey, Array("rubbish".utf8), mode: 0o600)
        #expect(message { _ = try ServerKeys.load(from: directory) }?.contains("no identity key") == true)
        try Files.writeAtomically(directory.certificate, [], mode: 0o600)
        #expect(message { _ = try ServerKeys.load(from: directory) }?.contains("no certificate") == true)
    }

    @Test(
        "A marker that is none, or of a later format, is refused",
        arguments: [
            ("{\"format\": 2}", "newer version"), ("rubbish", "not what `init` wrote"), ("{}", "not what"),
            ("[]", "not what"),
            ("{\"format\": 1}", "not what"),
        ])
    func markers(text: String, reason: String) throws {
        try create()
        try Files.writeAtomically(directory.marker, Array(text.utf8), mode: 0o600)
        #expect(message { _ = try directory.readMarker() }?.contains(reason) == true)
        #expect(throws: (any Error).self) { try create() }
    }

    @Test func theControlSocketLiesBesideTheData() {
        #expect(DataDirectory(path: "/srv/chat/").controlSocket == "/srv/chat/control.sock")
    }

    @Test func aDevelopmentServersKeysServe() throws {
        let keys = try ServerKeys.temporary(names: ["localhost"])
        _ = try TLSContext.server(
            certificateChain: keys.certificateChain, privateKey: keys.certificateKey,
            protocols: ["securechat/1"],
            tickets: TLSTicketKeys())
    }

    @Test func theMachineHasAName() {
        #expect(!MachineName.current().isEmpty)
    }
}
