import Testing

@testable import Security

@Suite struct PasswordHashTests {
    /// Quick ones: what is tested does not depend on the costs.
    private let costs = PasswordCosts(logN: 4, blockSize: 1, parallelism: 1)!

    @Test func theRightPasswordVerifiesAndNoOther() {
        let hash = PasswordHash(of: "correct horse", costs: costs)
        #expect(hash.verify("correct horse"))
        #expect(!hash.verify("Correct horse"))
        #expect(!hash.verify("correct horse "))
        #expect(!hash.verify(""))
    }

    @Test func theSamePasswordNeverHasTheSameHash() {
        #expect(PasswordHash(of: "same", costs: costs) != PasswordHash(of: "same", costs: costs))
    }

    @Test func theStandardCostsAreThoseOfTheDesign() throws {
        let hash = PasswordHash(of: "a password")
        #expect(hash.encoded.hasPrefix("$scrypt$ln=15,r=8,p=3$"))
        #expect(hash.verify("a password"))
        #expect(!hash.needsRehash())
    }

    @Test func whatIsStoredReadsBack() throws {
        let hash = PasswordHash(of: "påsswörd", costs: costs)
        let read = try #require(PasswordHash(encoded: hash.encoded))
        #expect(read == hash)
        #expect(read.verify("påsswörd"))
    }

    @Test(
        "A damaged or hostile entry is no hash",
        arguments: [
            "", "$", "plain", "$scrypt$",
            "$argon2id$ln=4,r=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "$scrypt$ln=40,r=8,p=3$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "$scrypt$ln=15,r=9999,p=3$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "$scrypt$ln=15,r=8$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "$scrypt$ln=-15,r=8,p=3$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "$scrypt$ln=15,r=8,p=3$AAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "$scrypt$ln=15,r=8,p=3$AAAAAAAAAAAAAAAAAAAAAA$AAAA",
            "$scrypt$ln=15,r=8,p=3$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA$",
            "$scrypt$ln=15,r=8,p=3$AAAAAAAAAAAAAAAAAAAA??$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ])
    func refused(encoded: String) {
        #expect(PasswordHash(encoded: encoded) == nil)
    }

    @Test func nobodyHasTheDecoysPassword() {
        let decoy = PasswordHash.decoy(costs: costs)
        #expect(decoy.costs == costs)
        #expect(!decoy.verify(""))
        #expect(!decoy.verify("decoy"))
    }

    @Test func costsAreRaisedAndNeverLowered() throws {
        let hash = PasswordHash(of: "p", costs: costs)
        #expect(hash.needsRehash())
        #expect(!hash.needsRehash(costs: costs))
        let more = try #require(PasswordCosts(logN: 4, blockSize: 2, parallelism: 1))
        let longer = try #require(PasswordCosts(logN: 4, blockSize: 1, parallelism: 2))
        let longerWithLess = try #require(PasswordCosts(logN: 3, blockSize: 1, parallelism: 16))
        #expect(hash.needsRehash(costs: more))
        #expect(hash.needsRehash(costs: longer))
        #expect(hash.needsRehash(costs: longerWithLess))
        #expect(!PasswordHash(of: "p", costs: more).needsRehash(costs: costs))
        #expect(!PasswordHash(of: "p", costs: longer).needsRehash(costs: costs))
    }

    /// Three passes are the least, whatever the machine; sixteen the most.
    @Test(
        "A machine's costs take a quarter of a second",
        arguments: [(250, 3), (900, 3), (100, 7), (50, 15), (1, 16), (0, 16)])
    func calibrated(milliseconds: Int, passes: Int) {
        let costs = PasswordCosts.calibrated { costs in
            #expect(costs == .standard)
            return .milliseconds(milliseconds)
        }
        #expect(costs == PasswordCosts(logN: 15, blockSize: 8, parallelism: passes))
    }

    /// RFC 8265, section 4.2: one password, however the keyboard composed it.
    @Test func composedAndDecomposedAreOnePassword() {
        let hash = PasswordHash(of: "caf\u{e9} \u{3000}x", costs: costs)
        #expect(hash.verify("cafe\u{301}  x"))
        #expect(!hash.verify("cafe  x"))
        // Case and width stay: only names are folded.
        #expect(!hash.verify("CAF\u{c9}  x"))
    }
}

@Suite struct PasswordCheckTests {
    private let costs = PasswordCosts(logN: 4, blockSize: 1, parallelism: 1)!

    @Test func rightWrongAndUnknown() {
        let check = PasswordCheck(costs: costs)
        let stored = PasswordHash(of: "secret", costs: costs).encoded
        #expect(check("secret", against: stored) == .right)
        #expect(check("Secret", against: stored) == .wrong)
        #expect(check("secret", against: nil) == .wrong)
        #expect(check("secret", against: "rubbish") == .wrong)
    }

    /// So that the time of a wrong password does not tell a cheaper hash from nobody's.
    @Test func whatACheaperHashDidNotCostIsMadeUpFor() throws {
        let wanted = try #require(PasswordCosts(logN: 4, blockSize: 1, parallelism: 9))
        let fewer = try #require(PasswordCosts(logN: 4, blockSize: 1, parallelism: 3))
        let rest = try #require(PasswordCosts(logN: 4, blockSize: 1, parallelism: 6))
        #expect(fewer.missing(to: wanted) == rest)
        #expect(wanted.missing(to: wanted) == nil && wanted.missing(to: fewer) == nil)
        let smaller = try #require(PasswordCosts(logN: 3, blockSize: 1, parallelism: 9))
        #expect(smaller.missing(to: wanted) == wanted)
        let stored = PasswordHash(of: "secret", costs: fewer).encoded
        #expect(PasswordCheck(costs: wanted)("Secret", against: stored) == .wrong)
    }

    @Test func anOutdatedHashIsReplacedByOneOfTheSamePassword() throws {
        let stronger = PasswordCosts(logN: 5, blockSize: 1, parallelism: 1)!
        let stored = PasswordHash(of: "secret", costs: costs).encoded
        guard case .rightNeedingRehash(let hash) = PasswordCheck(costs: stronger)("secret", against: stored)
        else {
            Issue.record("an outdated hash was not replaced")
            return
        }
        #expect(hash.costs == stronger)
        #expect(hash.verify("secret"))
    }
}
