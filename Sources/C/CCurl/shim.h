// libcurl as Debian ships it: its types and constants alone. Nothing here calls it by name, so that no
// program is linked with it; its functions are looked up once it is loaded (dlsym(3)). curl_easy_setopt and
// curl_easy_getinfo take any number of arguments, which Swift cannot call: one shim for each kind of value
// takes the function's address.
#pragma once

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

typedef size_t (*chat_curl_taker)(char *bytes, size_t size, size_t count, void *context);
typedef curl_socket_t (*chat_curl_opener)(void *context, curlsocktype purpose, struct curl_sockaddr *address);
typedef CURLcode (*chat_curl_setter)(CURL *handle, CURLoption option, ...);
typedef CURLcode (*chat_curl_getter)(CURL *handle, CURLINFO info, ...);

static inline CURLcode chat_curl_number(void *setter, CURL *handle, CURLoption option, long value) {
    return ((chat_curl_setter)setter)(handle, option, value);
}

static inline CURLcode chat_curl_text(void *setter, CURL *handle, CURLoption option, const char *value) {
    return ((chat_curl_setter)setter)(handle, option, value);
}

static inline CURLcode chat_curl_list(
    void *setter, CURL *handle, CURLoption option, struct curl_slist *value) {
    return ((chat_curl_setter)setter)(handle, option, value);
}

static inline CURLcode chat_curl_context(void *setter, CURL *handle, CURLoption option, void *value) {
    return ((chat_curl_setter)setter)(handle, option, value);
}

static inline CURLcode chat_curl_take(void *setter, CURL *handle, CURLoption option, chat_curl_taker taker) {
    return ((chat_curl_setter)setter)(handle, option, taker);
}

static inline CURLcode chat_curl_open(void *setter, CURL *handle, chat_curl_opener opener) {
    return ((chat_curl_setter)setter)(handle, CURLOPT_OPENSOCKETFUNCTION, opener);
}

static inline long chat_curl_status(void *getter, CURL *handle) {
    long status = 0;
    ((chat_curl_getter)getter)(handle, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

// As a number: the macro is a cast, which Swift does not import.
static inline long chat_curl_everything(void) { return CURL_GLOBAL_DEFAULT; }

static inline const struct sockaddr *chat_curl_address(const struct curl_sockaddr *address) {
    return &address->addr;
}
