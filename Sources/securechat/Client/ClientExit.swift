import ArgumentParser

/// Why a command ends, and with which exit code.
struct ClientExit: Error {
    enum Kind: Int32 {
        case failed = 1
        case unreachable = 3
    }

    let kind: Kind
    let text: String

    init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }
}
