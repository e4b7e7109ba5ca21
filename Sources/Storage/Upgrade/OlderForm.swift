/// What is done with a file of an older form when a store is opened on it. A value.
package enum OlderForm: Hashable, Sendable {
    /// It is not opened: an upgrade comes first.
    case refused
    /// It is opened as it is, to be copied. Nothing is asked of it that came with a later step.
    case taken
    /// It is brought to today's form where it is: nobody would miss it.
    case migrated
}
