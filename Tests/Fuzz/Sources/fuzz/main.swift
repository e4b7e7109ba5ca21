import CFuzzer
import FuzzTargets
import Glibc

// Usage: FUZZ_TARGET=NAME fuzz [libFuzzer's arguments]; packaging/fuzz calls it.

/// Looked up once: libFuzzer calls back without a context.
private enum Chosen {
    static let target: FuzzTarget = {
        let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
        guard let target = FuzzTarget(rawValue: name) else {
            preconditionFailure("FUZZ_TARGET is one of \(FuzzTarget.allCases.map(\.rawValue))")
        }
        return target
    }()
}

var count = CommandLine.argc
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
exit(
    LLVMFuzzerRunDriver(&count, &arguments) { data, size in
        Chosen.target.run(Array(UnsafeBufferPointer(start: data, count: size)))
        return 0
    })
