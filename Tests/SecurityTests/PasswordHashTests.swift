import Testing

@testable import Security

@Suite struct PasswordHashTests {
    /// Quick ones: what is tested does not depend on the costs.
    private let costs = PasswordHash.Costs(logN: 4, blockSize: 1, parallelism: 1)!

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

    @Test func otherCostsAskForANewHash() throws {
        let hash = PasswordHash(of: "p", costs: costs)
        #expect(hash.needsRehash())
        #expect(!hash.needsRehash(costs: costs))
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
    private let costs = PasswordHash.Costs(logN: 4, blockSize: 1, parallelism: 1)!

    @Test func rightWrongAndUnknown() {
        let check = PasswordCheck(costs: costs)
        let stored = PasswordHash(of: "secret", costs: costs).encoded
        #expect(check("secret", against: stored) == .right)
        #expect(check("Secret", against: stored) == .wrong)
        #expect(check("secret", against: nil) == .wrong)
        #expect(check("secret", against: "rubbish") == .wrong)
    }

    @Test func anOutdatedHashIsReplacedByOneOfTheSamePassword() throws {
        let stronger = PasswordHash.Costs(logN: 5, blockSize: 1, parallelism: 1)!
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
