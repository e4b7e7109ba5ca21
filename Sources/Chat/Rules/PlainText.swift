/// What text that people read may hold: everything but control characters (Unicode category Cc), which move
/// cursors and begin lines of logs. Newline and tab are text where it has lines.
package enum PlainText {
    /// What a body that is refused should have been.
    package static let demand = "text has no control characters but newline and tab"

    /// Whether a control character is among these bytes of UTF-8: U+0000 to U+001F, U+007F, U+0080 to U+009F.
    package static func hasControl(_ utf8: Span<UInt8>, allowingLines: Bool) -> Bool {
        var afterC2 = false
        for index in utf8.indices {
            let byte = utf8[index]
            switch byte {
            case 0x09, 0x0a: if !allowingLines { return true }
            case 0x00...0x1f, 0x7f: return true
            // The second byte of U+0080 to U+009F.
            case 0x80...0x9f: if afterC2 { return true }
            default: break
            }
            afterC2 = byte == 0xc2
        }
        return false
    }
}
