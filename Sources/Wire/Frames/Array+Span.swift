extension [UInt8] {
    /// Appends a part of the span, growing once.
    mutating func append(copying bytes: Span<UInt8>, _ range: Range<Int>) {
        append(addingCapacity: range.count) { output in
            for index in range { output.append(bytes[index]) }
        }
    }
}
