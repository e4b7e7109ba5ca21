/// How a folded character is searched for: by its script's way of making words.
enum SearchScript: Hashable {
    /// Of scripts that put something between words: a run of these is a word.
    case spaced
    /// Of scripts that write words without anything between them: a run of these is a clause.
    case unspaced
    /// Everything else: signs, blanks, what is not assigned. It ends a run, and is not found.
    case none

    init(_ scalar: Unicode.Scalar) {
        let value = scalar.value
        if value < 0x80 {
            let isLetter = (0x61...0x7a).contains(value) || (0x41...0x5a).contains(value)
            self = isLetter || (0x30...0x39).contains(value) ? .spaced : .none
            return
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber:
            self = Self.isUnspaced(value) ? .unspaced : .spaced
        default: self = .none
        }
    }

    /// By blocks: Thai, Lao, Tibetan, Myanmar, Khmer, Hangul, Han with its radicals and marks, Kana,
    /// Bopomofo, Yi, Tangut, Nüshu, and the planes of ideographs.
    private static func isUnspaced(_ value: UInt32) -> Bool {
        switch value {
        case 0x0e00...0x0fff, 0x1000...0x109f, 0x1100...0x11ff, 0x1780...0x17ff, 0x2e80...0x2fdf,
            0x3005...0x3007, 0x3021...0x3029, 0x3031...0x303c, 0x3040...0x9fff, 0xa000...0xa4cf,
            0xa960...0xa97f, 0xa9e0...0xa9ff, 0xaa60...0xaa7f, 0xac00...0xd7ff, 0xf900...0xfaff,
            0x16fe0...0x18dff, 0x1aff0...0x1b2ff, 0x20000...0x3ffff:
            true
        default: false
        }
    }
}
