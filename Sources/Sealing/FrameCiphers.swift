import Native

/// The contexts that one thread's connections share; each call sets its key.
final class FrameCiphers {
    var gcm = AESGCM()
    var hmac = HMACSHA256()
}
