/// What the operating system refused, and at which call.
package struct IOError: Error, Equatable, Sendable, CustomStringConvertible {
    /// errno as the call left it.
    package let code: Int32
    package let operation: StaticOperation

    package typealias StaticOperation = String

    package init(code: Int32, operation: String) {
        self.code = code
        self.operation = operation
    }

    package var description: String { "\(operation): error \(code)" }
}
