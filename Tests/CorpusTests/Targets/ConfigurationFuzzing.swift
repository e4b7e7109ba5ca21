import Security

#if canImport(Server)
import Server
#else
import Configuration
#endif

/// The configuration file: any bytes are read or refused with a reason, and what was read is written the
/// same.
enum ConfigurationFuzzing {
    static func run(_ bytes: [UInt8]) {
        if let document = try? JSONReader.read(bytes) {
            for indented in [true, false] {
                let written = Array(document.value.encoded(indented: indented).utf8)
                // Indented, it may be longer than a file may be.
                guard written.count <= JSONReader.maxBytes else { continue }
                guard let again = try? JSONReader.read(written) else {
                    preconditionFailure("no JSON was written")
                }
                precondition(again.value == document.value, "JSON reads back as another")
            }
        }
        switch ConfigurationReader.read(file: ConfigurationReader.File(name: "fuzz", bytes: bytes)) {
        case .accepted: break
        case .refused(let problems):
            precondition((1...ConfigurationReader.maxProblems).contains(problems.count))
            for problem in problems { precondition(!problem.description.isEmpty && !problem.mend.isEmpty) }
        }
    }
}
