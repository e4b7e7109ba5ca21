/// A fault behind four comparisons: found in seconds by who follows the branches, never by chance alone.
enum CanaryFuzzing {
    static func run(_ bytes: [UInt8]) {
        guard bytes.count >= 4 else { return }
        if bytes[0] == UInt8(ascii: "c"), bytes[1] == UInt8(ascii: "h") {
            if bytes[2] == UInt8(ascii: "a"), bytes[3] == UInt8(ascii: "t") {
                preconditionFailure("the canary sings")
            }
        }
    }
}
