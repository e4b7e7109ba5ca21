import Glibc

extension IOError {
    /// The error numbers that the layers above tell apart, so that they need no C constants.
    package enum Reason: Sendable, Equatable {
        /// EMFILE, ENFILE, ENOBUFS, ENOMEM: the process or the machine has run out; try again when something
        /// closed.
        case outOfResources
        /// ENOSPC, EDQUOT: the disk is full.
        case outOfSpace
        /// EADDRINUSE: another socket has the address.
        case addressInUse
        /// ENOENT.
        case notFound
        /// EEXIST.
        case alreadyExists
        /// EACCES, EPERM, EROFS.
        case notPermitted
        /// EPIPE, ECONNRESET, ENOTCONN, ETIMEDOUT: the peer is gone; nothing is wrong here.
        case connectionLost
        /// ECONNREFUSED, EHOSTUNREACH, ENETUNREACH: nobody answers there.
        case unreachable
        /// EFBIG: more than the caller allows.
        case tooLarge
        case other
    }

    package var reason: Reason {
        switch code {
        case EMFILE, ENFILE, ENOBUFS, ENOMEM: .outOfResources
        case ENOSPC, EDQUOT: .outOfSpace
        case EADDRINUSE: .addressInUse
        case ENOENT: .notFound
        case EEXIST: .alreadyExists
        case EACCES, EPERM, EROFS: .notPermitted
        case EPIPE, ECONNRESET, ENOTCONN, ETIMEDOUT: .connectionLost
        case ECONNREFUSED, EHOSTUNREACH, ENETUNREACH: .unreachable
        case EFBIG: .tooLarge
        default: .other
        }
    }
}
