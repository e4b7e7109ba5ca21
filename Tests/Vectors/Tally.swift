/// How many vectors of one file were answered rightly.
struct Tally {
    let name: String
    private(set) var passed = 0
    private(set) var failed: [Int] = []
    private(set) var skipped = 0

    init(_ name: String) { self.name = name }

    /// `isAccepted` is what our code says, with the value that comes out already compared.
    mutating func judge(_ test: VectorFile.Case, isAccepted: Bool) {
        let isRight =
            switch test.verdict {
            case .valid: isAccepted
            case .invalid: !isAccepted
            case .acceptable: true
            }
        count(test.number, isRight: isRight)
    }

    mutating func count(_ number: Int, isRight: Bool) {
        if isRight { passed += 1 } else { failed.append(number) }
    }

    /// What our entry points do not offer, such as another length of nonce.
    mutating func skip() { skipped += 1 }

    func report() {
        // A file of which nothing was tried has not passed.
        let isGood = failed.isEmpty && passed > 0
        let numbers = failed.isEmpty ? "" : ": \(failed.prefix(20).map(String.init).joined(separator: " "))"
        let note = skipped > 0 ? ", \(skipped) of kinds that we do not have" : ""
        let counts = "\(passed) right, \(failed.count) wrong"
        print("\(isGood ? "ok     " : "FAILED ") \(name): \(counts)\(note)\(numbers)")
    }
}
