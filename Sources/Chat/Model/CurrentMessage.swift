/// A message and what it says now.
package struct CurrentMessage: Hashable, Sendable {
    /// The message's own event.
    package let event: HistoryEvent
    /// The last of its edits; `nil` where there is none.
    package let edit: HistoryEvent?

    package init(event: HistoryEvent, edit: HistoryEvent? = nil) {
        self.event = event
        self.edit = edit
    }
}
