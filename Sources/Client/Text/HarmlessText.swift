/// Other people's text for a terminal: it can neither move the cursor, nor turn the reading direction of what
/// stands around it, nor begin a line that passes for somebody else's.
package enum HarmlessText {
    private static let stranger: Unicode.Scalar = "\u{fffd}"

    /// Lines after the first begin with `indentation`. No line of ours begins with a blank, so with one at
    /// least none of them passes for one of ours.
    package static func of(_ text: String, indentation: String = "  ") -> String {
        var scalars = String.UnicodeScalarView()
        var before: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n" where before == "\r":
                // The two are one line's end, and the first is written already.
                break
            case "\n", "\r", "\u{2028}", "\u{2029}":
                scalars.append("\n")
                scalars.append(contentsOf: indentation.unicodeScalars)
            case _ where isDropped(scalar): break
            default: scalars.append(isShown(scalar) ? scalar : stranger)
            }
            before = scalar
        }
        return String(scalars)
    }

    /// Without a trace: marks that word processors strew. They can be missed, and a sign in place of each
    /// would spoil honest text.
    private static func isDropped(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00ad, 0x2060, 0xfeff: true  // soft hyphen, word joiner, byte order mark
        case 0x061c, 0x200e, 0x200f: true  // direction marks
        default: false
        }
    }

    private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control: scalar == "\t"
        case .format: isNeeded(scalar)
        default: true
        }
    }

    /// Format characters that emoji and scripts are written with, and that stay within their word.
    private static func isNeeded(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x200c, 0x200d: true  // joiners: Persian, Indic scripts, families of emoji
        case 0xe0020...0xe007f: true  // tags: flags of regions
        case 0x0600...0x0605, 0x06dd, 0x0890, 0x0891, 0x08e2: true  // Arabic number signs, which are seen
        case 0x070f, 0x180e, 0x110bd, 0x110cd: true  // Syriac, Mongolian, Kaithi
        default: false
        }
    }
}
