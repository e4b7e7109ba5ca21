/// What others than its owner may ask of an open store's file. A value; from any thread, and without waiting.
package struct StoreCare: Sendable {
    package let condition: StoreCondition
    /// Begins to write the file's log back and to cut it off, so that it takes no more room than it must.
    package let makeRoom: @Sendable () -> Void
    /// Begins to give back the memory of pages that are only kept for later.
    package let releaseMemory: @Sendable () -> Void
    /// Whether a moment of the file is held, as while a snapshot is made: its log can only grow.
    package let isHeld: @Sendable () -> Bool

    package init(
        condition: StoreCondition = StoreCondition(), makeRoom: @escaping @Sendable () -> Void = {},
        releaseMemory: @escaping @Sendable () -> Void = {},
        isHeld: @escaping @Sendable () -> Bool = { false }
    ) {
        self.condition = condition
        self.makeRoom = makeRoom
        self.releaseMemory = releaseMemory
        self.isHeld = isHeld
    }
}
