// libcurl as Debian ships it. curl_easy_setopt and curl_easy_getinfo take any number of arguments, which
// Swift cannot call: one shim for each kind of value.
#pragma once

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

typedef size_t (*chat_curl_taker)(char *bytes, size_t size, size_t count, void *context);
typedef curl_socket_t (*chat_curl_opener)(void *context, curlsocktype purpose, struct curl_sockaddr *address);

static inline CURLcode chat_curl_number(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode chat_curl_text(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode chat_curl_list(CURL *handle, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode chat_curl_context(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode chat_curl_take(CURL *handle, CURLoption option, chat_curl_taker taker) {
    return curl_easy_setopt(handle, option, taker);
}

static inline CURLcode chat_curl_open(CURL *handle, chat_curl_opener opener) {
    return curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, opener);
}

static inline long chat_curl_status(CURL *handle) {
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

static inline CURLcode chat_curl_start(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }

static inline const struct sockaddr *chat_curl_address(const struct curl_sockaddr *address) {
    return &address->addr;
}
