import CZstd

/// What zstd could not do, in its own words. A value; any thread.
package struct ZstdError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }

    /// Of a result that says so (ZSTD_isError).
    static func check(_ result: Int) throws(ZstdError) -> Int {
        guard ZSTD_isError(result) != 0 else { return result }
        throw ZstdError(String(cString: ZSTD_getErrorName(result)))
    }
}
