import Foundation
import Native

/// The vectors of NIST's validation programs, and RFC 4231's.
struct NIST {
    let folder: URL
    /// The other package has this one.
    let agreement: URL

    private func file(_ name: String) throws -> ResponseFile {
        try ResponseFile(folder.appending(path: name))
    }

    private func isOurs(_ test: ResponseFile.Case) -> Bool {
        test.bytes("Key").count == AESGCM.keyCount && test.bytes("IV").count == AESGCM.nonceCount
            && test.bytes("Tag").count == AESGCM.tagCount
    }

    func gcmEncrypt() throws -> Tally {
        var tally = Tally("NIST AES-256-GCM, encrypting")
        var cipher = AESGCM()
        for (number, test) in try file("ciphers/AES/GCM/gcmEncryptExtIV256.rsp").cases.enumerated() {
            guard isOurs(test) else {
                tally.skip()
                continue
            }
            let text = test.bytes("PT")
            var sealed = text + [UInt8](repeating: 0, count: AESGCM.tagCount)
            cipher.use(key: test.bytes("Key").span)
            cipher.seal(
                text.indices, of: &sealed, nonce: test.bytes("IV").span,
                authenticating: test.bytes("AAD").span)
            tally.count(number, isRight: sealed == test.bytes("CT") + test.bytes("Tag"))
        }
        return tally
    }

    func gcmDecrypt() throws -> Tally {
        var tally = Tally("NIST AES-256-GCM, decrypting")
        var cipher = AESGCM()
        for (number, test) in try file("ciphers/AES/GCM/gcmDecrypt256.rsp").cases.enumerated() {
            guard isOurs(test) else {
                tally.skip()
                continue
            }
            cipher.use(key: test.bytes("Key").span)
            let opened = cipher.open(
                (test.bytes("CT") + test.bytes("Tag")).span, nonce: test.bytes("IV").span,
                authenticating: test.bytes("AAD").span)
            tally.count(number, isRight: opened == (test.mustFail ? nil : test.bytes("PT")))
        }
        return tally
    }

    func ecdh() throws -> Tally {
        var tally = Tally("NIST ECDH P-256")
        for test in try ResponseFile(agreement).cases
        where test.section == "P-256" && test.fields["ZIUT"] != nil {
            let point = [4] + test.bytes("QCAVSx") + test.bytes("QCAVSy")
            let found = KnownKey.p256(test.bytes("dIUT"))?.agree(with: point.span)
            let isSame = found.map { constantTimeEqual($0.span, test.bytes("ZIUT").span) } ?? false
            tally.count(Int(test.fields["COUNT"] ?? "") ?? -1, isRight: isSame)
        }
        return tally
    }

    func hmac() throws -> Tally {
        var tally = Tally("RFC 4231 HMAC-SHA-256")
        var hmac = HMACSHA256()
        for (number, test) in try file("HMAC/rfc-4231-sha256.txt").cases.enumerated() {
            hmac.use(key: test.bytes("Key").span)
            let (message, nothing) = (test.bytes("Msg"), [UInt8]())
            let value = hmac.code(of: message.span, nothing.span)
            tally.count(number, isRight: (0..<32).map { value[$0] } == test.bytes("MD"))
        }
        return tally
    }
}
