import Foundation

/// Takes from text what people do not mind when they search: case, width, accents, vowel points, the several
/// writings of one letter. What is another letter stays another: й is not и, は not ば, and every mark of
/// the Indic scripts and Thai stays.
///
/// Changing what comes out of here changes `SearchGrams.version`.
enum SearchFolding {
    /// Letters that Unicode does not take apart, though people type the plain ones for them.
    private static let plainLetters: [Unicode.Scalar: String] = [
        "ß": "ss", "ς": "σ", "ı": "i", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d",
        "þ": "th", "ħ": "h", "ŧ": "t", "ƀ": "b", "ɨ": "i", "ŋ": "n", "ĸ": "k", "ٱ": "ا",
    ]

    /// Compatible forms taken apart (Unicode's NFKD): what `append` wants its scalars from.
    static func takenApart(_ text: String) -> String { text.decomposedStringWithCompatibilityMapping }

    /// The composed form (NFC): of letters and the marks that `append` has left on them.
    static func putTogether(_ text: String) -> String { text.precomposedStringWithCanonicalMapping }

    /// Appends what the scalar counts as.
    /// - Parameter base: the last scalar that was no mark; what a mark means depends on it.
    static func append(
        _ scalar: Unicode.Scalar, on base: Unicode.Scalar?, to folded: inout String.UnicodeScalarView
    ) {
        let value = scalar.value
        if value < 0x80 {
            folded.append((0x41...0x5a).contains(value) ? Unicode.Scalar(UInt8(value | 0x20)) : scalar)
            return
        }
        let properties = scalar.properties
        switch properties.generalCategory {
        case .uppercaseLetter, .titlecaseLetter:
            for lower in properties.lowercaseMapping.unicodeScalars { appendPlain(lower, to: &folded) }
        case .decimalNumber:
            let digit = properties.numericValue.flatMap { UInt8(exactly: $0) } ?? 0
            folded.append(Unicode.Scalar(UInt8(ascii: "0") + min(digit, 9)))
        case .nonspacingMark, .enclosingMark:
            if !isPassedOver(mark: value, on: base) { folded.append(scalar) }
        default:
            // The Arabic tatweel stretches a word.
            if value != 0x0640 { appendPlain(scalar, to: &folded) }
        }
    }

    private static func appendPlain(_ scalar: Unicode.Scalar, to folded: inout String.UnicodeScalarView) {
        guard let plain = plainLetters[scalar] else { return folded.append(scalar) }
        folded.append(contentsOf: plain.unicodeScalars)
    }

    /// Accents (Latin, Greek, Cyrillic), and the points of Hebrew and Arabic, which most people leave out.
    private static func isPassedOver(mark: UInt32, on base: Unicode.Scalar?) -> Bool {
        switch mark {
        // Letters of their own: й, ў, and the Ukrainian ї.
        case 0x0306: base != "и" && base != "у" && base != "И" && base != "У"
        case 0x0308: base != "і" && base != "І"
        case 0x0300...0x036f, 0x1ab0...0x1aff, 0x1dc0...0x1dff, 0x20d0...0x20ff, 0xfe20...0xfe2f: true
        case 0x0591...0x05bd, 0x05bf, 0x05c1, 0x05c2, 0x05c4, 0x05c5, 0x05c7: true
        case 0x0610...0x061a, 0x064b...0x0652, 0x0656...0x065f, 0x0670, 0x06d6...0x06dc, 0x06df...0x06e4,
            0x06e7, 0x06e8, 0x06ea...0x06ed:
            true
        // Hamza and madda on an alef, which is often written plain; on waw and yeh they make other letters.
        case 0x0653...0x0655: base == "ا"
        default: false
        }
    }

    /// Invisible scalars that stand within words: joiners, hyphens that may break a line, directions.
    static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00ad, 0x034f, 0x061c, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180b...0x180f, 0x200b...0x200f,
            0x202a...0x202e, 0x2060...0x206f, 0x3164, 0xfe00...0xfe0f, 0xfeff, 0xffa0, 0xe0000...0xe0fff:
            true
        default: false
        }
    }
}
