import Glibc

/// The signals that a server answers.
package enum Signal: Int32, CaseIterable, Sendable {
    /// SIGTERM: stop in order.
    case terminate = 15
    /// SIGINT: control-C.
    case interrupt = 2
    /// SIGHUP: read the configuration again.
    case hangUp = 1
    /// SIGWINCH: the terminal's size changed.
    case windowChange = 28
}
