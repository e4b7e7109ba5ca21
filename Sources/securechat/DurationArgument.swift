import ArgumentParser
import Client

/// A time as people write it on the command line: `90s`, `30m`, `12h`, `90d`, `2w`, `1y`.
struct DurationArgument: ExpressibleByArgument, Hashable {
    let duration: Duration

    var seconds: Int64 { duration.components.seconds }

    init?(argument: String) {
        guard let duration = Duration(typed: argument) else { return nil }
        self.duration = duration
    }
}
