import Chat

/// The messages of a room that a line is about when it does not say which. Sequences; 0 for none. A value.
struct LatestMessages {
    private var anybodys: UInt64 = 0
    private var own: UInt64 = 0

    mutating func add(_ sequence: UInt64, isOwn: Bool) {
        anybodys = max(anybodys, sequence)
        if isOwn { own = max(own, sequence) }
    }

    /// `nil` when there is no message that it could be about, or it is about none.
    func content(of input: ChatInput, body: (String, UInt64) -> MessageBody) -> Content? {
        switch input {
        case .reply(let target, let text):
            return about(target ?? anybodys) { .message(body(text, $0)) }
        case .edit(let target, let text):
            return about(target ?? own) { .edit(Edit(target: $0, body: MessageBody(text: text))) }
        case .delete(let target): return about(target ?? own) { .deletion($0) }
        case .react(let target, let text, let isRemoved):
            return about(target ?? anybodys) {
                .reaction(Reaction(target: $0, text: text, isRemoved: isRemoved))
            }
        default: return nil
        }
    }

    private func about(_ target: UInt64, _ make: (UInt64) -> Content) -> Content? {
        target == 0 ? nil : make(target)
    }
}
