import Foundation

/// A person's or a room's name: as its owner wrote it, and in the form that must be unique.
///
/// The unique form follows the UsernameCaseMapped profile of PRECIS (RFC 8265, section 3.3) over the
/// IdentifierClass (RFC 8264, section 4.2): width mapping, lower case, NFC, one writing direction. Letters of
/// scripts that nobody writes together are refused (Unicode Technical Standard 39, "highly restrictive").
package struct Name: Hashable, Sendable {
    /// As written, in NFC.
    package let displayed: String
    /// What two names are compared by.
    package let unique: String

    /// What a text that is refused should have been, after "a name".
    package static let demand = "has letters, digits and marks of one script, '-', '_' and '.'"

    /// `nil` when the text is no name. `maxScalars` bounds both forms.
    package init?(_ text: String, maxScalars: Int = Limits.standard.nameScalars) {
        guard text.unicodeScalars.count <= maxScalars, !text.isEmpty else { return nil }
        let unique = Self.uniqueForm(of: text)
        guard !unique.isEmpty, unique.unicodeScalars.count <= maxScalars else { return nil }
        guard unique.unicodeScalars.allSatisfy(Self.isAllowed), Self.hasOneDirection(unique) else {
            return nil
        }
        guard Confusables.isWrittenTogether(unique) else { return nil }
        // A mark needs something to stand on, and a name that begins with a sign reads as an option or a
        // path.
        guard let first = unique.unicodeScalars.first, Self.mayBegin(first) else { return nil }
        displayed = text.precomposedStringWithCanonicalMapping
        self.unique = unique
    }

    /// For stores that read back what they were given: both forms were made by `init(_:)`.
    package init(displayed: String, unique: String) {
        self.displayed = displayed
        self.unique = unique
    }

    /// Width-mapped, lower-cased, composed. Applying it again changes nothing.
    package static func uniqueForm(of text: String) -> String {
        var mapped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { mapped.append(contentsOf: widthMapped(scalar)) }
        // A sigma at a word's end is written otherwise, and is the same letter.
        let lower = String(mapped).precomposedStringWithCanonicalMapping.lowercased().replacing(
            "ς", with: "σ")
        return lower.precomposedStringWithCanonicalMapping
    }

    /// What it is taken for at a glance, as it is shown and as it is compared: two names that have one of
    /// these in common look alike.
    var looks: Set<String> {
        var wide = String.UnicodeScalarView()
        for scalar in displayed.unicodeScalars { wide.append(contentsOf: Self.widthMapped(scalar)) }
        return [Confusables.skeleton(of: unique), Confusables.skeleton(of: String(wide))]
    }

    /// Whether people might take one for the other.
    package func looksLike(_ other: Name) -> Bool { !looks.isDisjoint(with: other.looks) }

    /// Letters and the marks on them, one after the other (Unicode's NFD).
    static func decomposed(_ text: String) -> String { text.decomposedStringWithCanonicalMapping }

    /// Full- and half-width forms (U+FF01 to U+FFEE) by their compatibility decomposition; all else as it is.
    private static func widthMapped(_ scalar: Unicode.Scalar) -> String.UnicodeScalarView {
        guard (0xff01...0xffee).contains(scalar.value) else { return String.UnicodeScalarView([scalar]) }
        return String(scalar).decomposedStringWithCompatibilityMapping.unicodeScalars
    }

    /// Letters, digits and marks of any script, and three signs of ASCII.
    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return isPlainASCII(scalar) }
        guard !scalar.properties.isDefaultIgnorableCodePoint, !scalar.properties.isNoncharacterCodePoint
        else { return false }
        switch scalar.properties.generalCategory {
        case .lowercaseLetter, .otherLetter, .modifierLetter, .decimalNumber, .nonspacingMark, .spacingMark:
            return isSelfCompatible(scalar)
        default: return false
        }
    }

    private static func isPlainASCII(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "0"..."9", "-", "_", ".": true
        default: false
        }
    }

    /// RFC 8264, section 9.17: characters with a compatibility decomposition are not allowed in identifiers.
    private static func isSelfCompatible(_ scalar: Unicode.Scalar) -> Bool {
        let text = String(scalar)
        return text.precomposedStringWithCompatibilityMapping.unicodeScalars
            .elementsEqual(text.precomposedStringWithCanonicalMapping.unicodeScalars)
    }

    private static func mayBegin(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .dashPunctuation, .otherPunctuation, .connectorPunctuation: false
        default: true
        }
    }

    /// The rule of RFC 5893 in its short form: a name with right-to-left letters has no left-to-right ones.
    private static func hasOneDirection(_ text: String) -> Bool {
        let scalars = text.unicodeScalars
        guard scalars.contains(where: isRightToLeft) else { return true }
        return !scalars.contains { $0.properties.isAlphabetic && !isRightToLeft($0) && !isMark($0) }
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark: true
        default: false
        }
    }

    /// The blocks whose letters run from right to left (Unicode, DerivedBidiClass: R and AL).
    private static func isRightToLeft(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0590...0x08ff, 0xfb1d...0xfdff, 0xfe70...0xfeff, 0x10800...0x10fff, 0x1e800...0x1efff:
            scalar.properties.generalCategory != .decimalNumber && !isMark(scalar)
        default: false
        }
    }
}
