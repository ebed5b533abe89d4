#include "info_keys.hpp"

#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace voicebot {

namespace {

const char *const kBlank = " \t\r\n";
const unsigned kDefaultDurationMs = 160;

std::string trimmed(const std::string &text) {
    size_t first = text.find_first_not_of(kBlank);
    if (first == std::string::npos)
        return "";
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// The value of "Name=value" on a line of its own; empty if there is none.
std::string field(const std::string &body, const std::string &name) {
    size_t start = 0;
    while (start < body.size()) {
        size_t end = body.find_first_of("\r\n", start);
        std::string line = body.substr(start, end == std::string::npos ? end : end - start);
        size_t equals = line.find('=');
        std::string key = trimmed(line.substr(0, equals));
        pj_str_t left, right;
        pj_cstr(&left, key.c_str());
        pj_cstr(&right, name.c_str());
        if (equals != std::string::npos && pj_stricmp(&left, &right) == 0)
            return trimmed(line.substr(equals + 1));
        if (end == std::string::npos)
            break;
        start = end + 1;
    }
    return "";
}

// Some senders write the event code of RFC 4733 instead of the character.
char key_of(const std::string &signal) {
    if (signal == "10")
        return '*';
    if (signal == "11")
        return '#';
    if (signal.size() != 1)
        return 0;
    char key = char(std::toupper((unsigned char)signal[0]));
    return std::string("0123456789*#ABCD").find(key) == std::string::npos ? 0 : key;
}

}  // namespace

void normalize_info_keys(pjsip_rx_data *rdata) {
    pjsip_msg *msg = rdata->msg_info.msg;
    pjsip_msg_body *body = msg->body;
    if (pj_stricmp2(&msg->line.req.method.name, "INFO") != 0 || !body || !body->data ||
        pj_stricmp2(&body->content_type.type, "application") != 0)
        return;
    bool bare = pj_stricmp2(&body->content_type.subtype, "dtmf") == 0;
    if (!bare && pj_stricmp2(&body->content_type.subtype, "dtmf-relay") != 0)
        return;
    std::string text(static_cast<const char *>(body->data), body->len);
    std::string signal = field(text, "Signal");
    char key = key_of(signal.empty() ? trimmed(text) : signal);
    if (!key)
        return;
    long duration_ms = std::strtol(field(text, "Duration").c_str(), NULL, 10);
    if (duration_ms <= 0 || duration_ms > 60000)
        duration_ms = kDefaultDurationMs;
    char relay[64];
    int length = std::snprintf(relay, sizeof(relay), "Signal=%c\r\nDuration=%ld\r\n", key,
                               duration_ms);
    // pjsua takes the body for a C string: the zero at the end is needed.
    char *data = static_cast<char *>(pj_pool_zalloc(rdata->tp_info.pool, size_t(length) + 1));
    pj_memcpy(data, relay, size_t(length));
    body->data = data;
    body->len = unsigned(length);
    pj_strset2(&body->content_type.subtype, (char *)"dtmf-relay");
}

}  // namespace voicebot
