import Testing

@testable import Security

/// The examples of RFC 7515, appendix A, and of RFC 8037, appendix A, through the entry that our callers use.
@Suite struct CompactJWSTests {
    private static let claims =
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    private static let joe =
        "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}"

    private static let rsaKey =
        #"{"kty":"RSA","e":"AQAB","n":""#
        + "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0B"
        + "m4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5"
        + "z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7"
        + "aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"
        + #""}"#
    private static let rsaToken =
        "eyJhbGciOiJSUzI1NiJ9." + claims
        + ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2"
        + "Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQ"
        + "BMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6Ie"
        + "YI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"

    private static let p256Key = """
        {"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",\
        "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}
        """
    private static let p256Token =
        "eyJhbGciOiJFUzI1NiJ9." + claims
        + ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"

    private static let ed25519Key = """
        {"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
        """
    private static let ed25519Token =
        "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGc"
        + "vMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"

    /// A.1: whoever verifies it could have signed it.
    private static let hmacToken =
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." + claims + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    /// A.5: nobody signed it.
    private static let unsignedToken = "eyJhbGciOiJub25lIn0." + claims + "."

    private static func keys(_ keys: String...) throws -> JSONWebKeySet {
        try JSONWebKeySet(json: Array("{\"keys\":[\(keys.joined(separator: ","))]}".utf8))
    }

    private static func verify(
        _ token: String, by keys: JSONWebKeySet, allowing: Set<JWSAlgorithm> = Set(JWSAlgorithm.allCases)
    ) throws(TokenFault) -> String {
        String(decoding: try CompactJWS(token).verify(by: keys, allowing: allowing), as: UTF8.self)
    }

    @Test(arguments: [
        (rsaToken, rsaKey, joe), (p256Token, p256Key, joe),
        (ed25519Token, ed25519Key, "Example of Ed25519 signing"),
    ])
    func examplesVerify(token: String, key: String, payload: String) throws {
        #expect(try Self.verify(token, by: Self.keys(key)) == payload)
    }

    @Test(arguments: [hmacToken, unsignedToken])
    func whatAnybodyCouldHaveMadeIsRefused(token: String) throws {
        let keys = try Self.keys(Self.rsaKey)
        #expect(throws: TokenFault.algorithm) { try Self.verify(token, by: keys) }
    }

    @Test func anAlgorithmThatIsNotAllowedHereIsRefused() throws {
        let keys = try Self.keys(Self.p256Key)
        #expect(throws: TokenFault.algorithm) {
            try Self.verify(Self.p256Token, by: keys, allowing: [.eddsa])
        }
    }

    /// The token says by what it is signed; the key says by what it may be.
    @Test func theKeyChoosesTheAlgorithm() throws {
        let others = try Self.keys(Self.rsaKey)
        #expect(throws: TokenFault.unknownKey) { try Self.verify(Self.p256Token, by: others) }
        let bound = Self.rsaKey.replacing("{\"kty\"", with: "{\"alg\":\"PS256\",\"kty\"")
        let keys = try Self.keys(bound)
        #expect(throws: TokenFault.unknownKey) { try Self.verify(Self.rsaToken, by: keys) }
    }

    @Test func aChangeAnywhereIsFound() throws {
        let keys = try Self.keys(Self.ed25519Key)
        for place in Self.ed25519Token.indices {
            let was = Self.ed25519Token[place]
            var token = Self.ed25519Token
            token.replaceSubrange(place...place, with: was == "A" ? "B" : "A")
            #expect(throws: TokenFault.self) { try Self.verify(token, by: keys) }
        }
    }

    @Test func withoutANameOnlyTheSoleKeyIsTried() throws {
        let keys = try Self.keys(Self.rsaKey, Self.p256Key)
        #expect(throws: TokenFault.unknownKey) { try Self.verify(Self.p256Token, by: keys) }
    }

    @Test func keysForOtherUsesAndOfOtherKindsArePassedOver() throws {
        let keys = try Self.keys(
            Self.rsaKey.replacing("{\"kty\"", with: "{\"use\":\"enc\",\"kty\""),
            "{\"kty\":\"EC\",\"crv\":\"P-521\",\"x\":\"AA\",\"y\":\"AA\"}", "{\"kty\":\"oct\",\"k\":\"AA\"}",
            "{\"kty\":7}", "7", Self.p256Key)
        #expect(keys.keys.count == 1)
        #expect(try Self.verify(Self.p256Token, by: keys) == Self.joe)
    }

    @Test func aHeaderThatMustBeUnderstoodIsRefused() {
        let header = Base64.url.encode(Array("{\"alg\":\"EdDSA\",\"crit\":[\"b64\"],\"b64\":false}".utf8))
        #expect(throws: TokenFault.extensions) { try CompactJWS("\(header).AA.AA") }
    }

    /// Two readers could believe two different headers.
    @Test(arguments: [
        #"{"alg":"EdDSA","alg":"none"}"#, #"{"alg":"none","\u0061lg":"EdDSA"}"#,
        #"{"alg":"EdDSA","kid":"a","kid":"b"}"#, #"{"alg":"EdDSA","x":{"y":1,"y":2}}"#, #"["EdDSA"]"#,
        #"{"alg":["EdDSA"]}"#, #"{"alg":"EdDSA","crit":"b64"}"#,
    ])
    func anAmbiguousHeaderIsRefused(json: String) {
        let header = Base64.url.encode(Array(json.utf8))
        #expect(throws: TokenFault.malformed) { try CompactJWS("\(header).AA.AA") }
    }

    /// RFC 7515, appendix A.3: a signature of two numbers, neither of them zero nor turned.
    @Test func anECDSASignatureHasOneForm() throws {
        let keys = try Self.keys(Self.p256Key)
        let parts = Self.p256Token.split(separator: ".")
        let signature = try #require(Base64.url.decode(parts[2]))
        for wrong in [
            [UInt8](repeating: 0, count: 64), Array(signature[32...] + signature[..<32]),
            signature + [0], Array(signature.dropLast()), [],
        ] {
            let token = "\(parts[0]).\(parts[1]).\(Base64.url.encode(wrong))"
            #expect(throws: TokenFault.signature) { try Self.verify(token, by: keys) }
        }
    }

    @Test(arguments: [("EC", "P-256", "x"), ("OKP", "Ed25519", "x"), ("RSA", "", "n")])
    func aKeyThatIsNoneVerifiesNothing(kind: String, curve: String, field: String) throws {
        let token = [Self.p256Token, Self.ed25519Token, Self.rsaToken]
        for value in ["", "AA", Base64.url.encode([UInt8](repeating: 0xff, count: 32))] {
            let key =
                "{\"kty\":\"\(kind)\",\"crv\":\"\(curve)\",\"\(field)\":\"\(value)\",\"y\":\"\(value)\","
                + "\"e\":\"AQAB\"}"
            let keys = try Self.keys(key)
            for token in token { #expect(throws: TokenFault.self) { try Self.verify(token, by: keys) } }
        }
    }

    @Test(arguments: [
        "", ".", "..", "a.b", "eyJhbGciOiJFZERTQSJ9.AA", "eyJhbGciOiJFZERTQSJ9.AA.AA.AA",
        "e30.AA.AA", "eyJhbGciOiJFZERTQSJ9.AB.AA", "eyJhbGciOiJFZERTQSJ9.AA==.AA",
        "eyJhbGciOiJFZERTQSK.AA.AA",
        "eyJhbGciOiJFZERTQSJ9.A=.AA", "eyJhbGciOiJFZERTQSJ9.AA.A", "AAAA.AA.AA",
    ])
    func whatIsNoTokenIsRefused(text: String) {
        #expect(throws: TokenFault.malformed) { try CompactJWS(text) }
    }

    @Test func whatIsTooLongIsNotLookedAt() {
        let text = "eyJhbGciOiJFZERTQSJ9." + String(repeating: "A", count: CompactJWS.mostBytes) + ".AA"
        #expect(throws: TokenFault.tooLarge) { try CompactJWS(text) }
        #expect(throws: TokenFault.tooLarge) {
            try JSONWebKeySet(json: [UInt8](repeating: 0x20, count: JSONWebKeySet.mostBytes + 1))
        }
        #expect(throws: TokenFault.malformed) { try JSONWebKeySet(json: Array("{}".utf8)) }
    }

    /// A key that would make the verifier work for minutes, or is too weak to mean anything.
    @Test(arguments: [64, 2_000])
    func rsaKeysOfOtherSizesVerifyNothing(bytes: Int) throws {
        let modulus = Base64.url.encode([UInt8](repeating: 0xc5, count: bytes))
        let keys = try Self.keys("{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"\(modulus)\"}")
        #expect(throws: TokenFault.signature) { try Self.verify(Self.rsaToken, by: keys) }
    }
}
