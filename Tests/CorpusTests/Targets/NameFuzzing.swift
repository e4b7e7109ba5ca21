import Chat

/// Names: any text is a name or none, and one that is has a unique form which is a name again, the same one.
enum NameFuzzing {
    static func run(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return }
        let hasControl = PlainText.hasControl(bytes.span, allowingLines: false)
        guard let name = Name(text) else { return }
        precondition(!hasControl, "a control character in a name")
        let limit = Limits.standard.nameScalars
        precondition((1...limit).contains(name.unique.unicodeScalars.count), "its unique form is too long")
        guard let again = Name(name.unique) else { preconditionFailure("its unique form is no name") }
        precondition(isSame(again.unique, name.unique), "its unique form has another")
        precondition(isSame(again.displayed, name.unique), "its unique form is shown as another")
        guard let shown = Name(name.displayed) else { preconditionFailure("what is shown is no name") }
        precondition(isSame(shown.unique, name.unique), "what is shown is another name")
        precondition(name.looksLike(again) && name.looksLike(shown), "it does not look like itself")
    }

    private static func isSame(_ one: String, _ other: String) -> Bool {
        one.unicodeScalars.elementsEqual(other.unicodeScalars)
    }
}
