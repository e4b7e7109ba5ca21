import CLMDB
import COpenSSL

/// The libraries as they are loaded, which may be newer than those we were built with.
package enum LibraryVersions {
    /// `3.0.17`.
    package static var openSSL: String { String(cString: OpenSSL_version(OPENSSL_VERSION_STRING)) }

    /// `0.9.24`.
    package static var lmdb: String {
        var (major, minor, patch): (Int32, Int32, Int32) = (0, 0, 0)
        mdb_version(&major, &minor, &patch)
        return "\(major).\(minor).\(patch)"
    }
}
