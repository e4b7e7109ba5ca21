import Glibc

extension StreamSocket {
    /// Makes the coming close a reset: what the peer has not taken is dropped at once, and the peer is told.
    /// Otherwise the kernel would keep the bytes, and offer them for minutes to somebody who does not read
    /// (socket(7), SO_LINGER).
    package borrowing func resetOnClose() throws(IOError) {
        let number = pollNumber
        var option = linger(l_onoff: 1, l_linger: 0)
        _ = try SystemCall.perform("setsockopt") {
            setsockopt(number, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        }
    }
}
