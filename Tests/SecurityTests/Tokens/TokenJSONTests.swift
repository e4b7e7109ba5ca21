import Testing

@testable import Security

@Suite struct TokenJSONTests {
    @Test(arguments: [
        "{}", "[]", " {\"a\":1,\"b\":{\"a\":[{\"a\":1},{\"a\":2}]}}\r\n\t", #"{"a":"a\"}{,","b":"a"}"#,
        #"{"a":["x","x"],"b":"b"}"#,
    ])
    func whatEveryReaderReadsAlikePasses(json: String) { #expect(TokenJSON.isUnambiguous(Array(json.utf8))) }

    @Test(arguments: [
        #"{"a":1,"a":1}"#, #"{"a":1,"b":2,"a":3}"#, #"{"b":{"a":1,"a":2}}"#, #"[{"a":1,"a":2}]"#,
        #"{"a":1,"\u0061":2}"#, #"{"a":{},"a":[]}"#, #"{"a\"b":1,"a\u0022b":2}"#,
    ])
    func aNameThatStandsTwiceIsRefused(json: String) { #expect(!TokenJSON.isUnambiguous(Array(json.utf8))) }

    @Test(arguments: ["{", "}", "]", "{\"a", "{\"a\\", "\"", "1", "null", "{}x", "\u{feff}{}", "{\u{0}}"])
    func whatIsNoObjectIsRefused(json: String) { #expect(!TokenJSON.isUnambiguous(Array(json.utf8))) }

    /// The decoder would read it; the scan for names would not see it.
    @Test func utf16IsRefused() {
        let bytes: [UInt8] = Array(#"{"a":1,"a":2}"#.utf8).flatMap { (byte: UInt8) -> [UInt8] in [byte, 0] }
        #expect(!TokenJSON.isUnambiguous(bytes))
        #expect(!TokenJSON.isUnambiguous([0xff, 0xfe] + bytes))
    }

    @Test func depthIsBounded() {
        func nested(_ depth: Int) -> [UInt8] {
            Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        }
        #expect(TokenJSON.isUnambiguous(nested(16)))
        #expect(!TokenJSON.isUnambiguous(nested(17)))
    }
}
