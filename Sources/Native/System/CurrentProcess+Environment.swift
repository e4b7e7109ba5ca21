import CLinux
import Glibc

extension CurrentProcess {
    /// The variables that the process was started with (environ(7)).
    ///
    /// Nothing of ours changes them, so any thread may look. A name that stands there twice keeps its first
    /// value, as getenv(3) has it.
    package static var environment: [String: String] {
        var variables: [String: String] = [:]
        var entry = securechat_environment()
        while let text = entry?.pointee {
            let bytes = String(cString: text)
            if let equals = bytes.firstIndex(of: "=") {
                let name = String(bytes[..<equals])
                if variables[name] == nil { variables[name] = String(bytes[bytes.index(after: equals)...]) }
            }
            entry = entry?.successor()
        }
        return variables
    }
}
