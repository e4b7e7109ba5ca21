#if OIDC
import CCurl
import Glibc

/// libcurl, loaded when it is first needed and kept: it brings some thirty other libraries, and a process
/// that asks nobody over HTTP carries none of them.
///
/// Addresses of code that never changes, hence unchecked. Any thread.
struct HTTPLibrary: @unchecked Sendable {
    typealias Handle = UnsafeMutableRawPointer
    typealias List = UnsafeMutablePointer<curl_slist>

    typealias Making = @convention(c) () -> Handle?
    typealias Freeing = @convention(c) (Handle?) -> Void
    typealias Performing = @convention(c) (Handle?) -> CURLcode
    typealias Appending = @convention(c) (List?, UnsafePointer<CChar>?) -> List?
    typealias FreeingList = @convention(c) (List?) -> Void
    private typealias Starting = @convention(c) (Int) -> CURLcode

    let make: Making
    let free: Freeing
    let perform: Performing
    let append: Appending
    let freeList: FreeingList
    /// Take any number of arguments: only the shims call them.
    let setter: UnsafeMutableRawPointer
    let getter: UnsafeMutableRawPointer

    /// The one of this process, loaded and started by whoever comes first.
    static func shared() throws(HTTPUnavailable) -> HTTPLibrary { try loaded.get() }

    private static let loaded: Result<HTTPLibrary, HTTPUnavailable> = {
        do throws(HTTPUnavailable) {
            return .success(try HTTPLibrary(loading: "libcurl.so.4"))
        } catch {
            return .failure(error)
        }
    }()

    /// - Parameter name: as the loader finds it (dlopen(3)).
    init(loading name: String) throws(HTTPUnavailable) {
        guard let library = dlopen(name, RTLD_NOW | RTLD_LOCAL) else {
            throw .notLoaded(Self.loadersWords ?? name)
        }
        make = unsafeBitCast(try Self.find("curl_easy_init", in: library), to: Making.self)
        free = unsafeBitCast(try Self.find("curl_easy_cleanup", in: library), to: Freeing.self)
        perform = unsafeBitCast(try Self.find("curl_easy_perform", in: library), to: Performing.self)
        append = unsafeBitCast(try Self.find("curl_slist_append", in: library), to: Appending.self)
        freeList = unsafeBitCast(try Self.find("curl_slist_free_all", in: library), to: FreeingList.self)
        setter = try Self.find("curl_easy_setopt", in: library)
        getter = try Self.find("curl_easy_getinfo", in: library)
        let start = unsafeBitCast(try Self.find("curl_global_init", in: library), to: Starting.self)
        guard start(chat_curl_everything()) == CURLE_OK else { throw .notLoaded("it does not start") }
    }

    private static func find(
        _ name: String, in library: UnsafeMutableRawPointer
    ) throws(HTTPUnavailable) -> UnsafeMutableRawPointer {
        guard let place = dlsym(library, name) else { throw .notLoaded(loadersWords ?? name) }
        return place
    }

    /// Why the last call of the loader on this thread failed.
    private static var loadersWords: String? { dlerror().map { String(cString: $0) } }
}
#endif
