#include "objections.hpp"

#include <pjsua-lib/pjsua.h>

namespace voicebot {

namespace {

bool is_one_of(const pj_str_t &text, const char *const *names, size_t count) {
    for (size_t i = 0; i < count; ++i)
        if (pj_stricmp2(&text, names[i]) == 0)
            return true;
    return false;
}

template <size_t count> bool is_one_of(const pj_str_t &text, const char *const (&names)[count]) {
    return is_one_of(text, names, count);
}

// Section 8.2.1. Everything else belongs to a dialog, or is nothing that a hotline does.
bool is_asked_outside(const pj_str_t &method) {
    static const char *const kAsked[] = {"INVITE", "OPTIONS", "BYE"};
    return is_one_of(method, kAsked);
}

// Section 8.2.2.3: what is required of us and unknown to us.
void add_unsupported(pjsip_rx_data *rdata, pjsip_hdr *headers) {
    const pjsip_require_hdr *require = (const pjsip_require_hdr *)pjsip_msg_find_hdr(
        rdata->msg_info.msg, PJSIP_H_REQUIRE, NULL);
    pjsip_unsupported_hdr *unsupported = NULL;
    for (unsigned i = 0; require && i < require->count; ++i) {
        if (pjsip_endpt_has_capability(pjsua_get_pjsip_endpt(), PJSIP_H_SUPPORTED, NULL,
                                       &require->values[i]) == PJSIP_DIALOG_CAP_SUPPORTED)
            continue;
        if (!unsupported) {
            unsupported = pjsip_unsupported_hdr_create(rdata->tp_info.pool);
            pj_list_push_back(headers, unsupported);
        }
        unsupported->values[unsupported->count++] = require->values[i];
    }
}

// Section 20.1: whoever does not take SDP cannot be called.
bool takes_sdp(pjsip_rx_data *rdata) {
    static const char *const kSdp[] = {"application/sdp", "application/*", "*/*"};
    const pjsip_accept_hdr *accept = (const pjsip_accept_hdr *)pjsip_msg_find_hdr(
        rdata->msg_info.msg, PJSIP_H_ACCEPT, NULL);
    for (unsigned i = 0; accept && i < accept->count; ++i) {
        pj_str_t type = accept->values[i];
        const char *semicolon = pj_strchr(&type, ';');
        if (semicolon)
            type.slen = semicolon - type.ptr;
        pj_strrtrim(&type);
        if (is_one_of(type, kSdp))
            return true;
    }
    return !accept || accept->count == 0;
}

void add_text(pjsip_rx_data *rdata, pjsip_hdr *headers, const char *name, const char *value) {
    pj_str_t key, text;
    pj_cstr(&key, name);
    pj_cstr(&text, value);
    pj_list_push_back(headers,
                      pjsip_generic_string_hdr_create(rdata->tp_info.pool, &key, &text));
}

}  // namespace

int objection(pjsip_rx_data *rdata, bool within_dialog, pjsip_hdr *headers) {
    const pjsip_method *method = &rdata->msg_info.msg->line.req.method;
    if (method->id == PJSIP_ACK_METHOD || method->id == PJSIP_CANCEL_METHOD)
        return 0;
    if (pjsip_method_cmp(method, &rdata->msg_info.cseq->method) != 0)
        return PJSIP_SC_BAD_REQUEST;  // section 8.1.1.5
    if (within_dialog && method->id == PJSIP_OPTIONS_METHOD) {
        add_unsupported(rdata, headers);
        return pj_list_empty(headers) ? 0 : PJSIP_SC_BAD_EXTENSION;
    }
    if (within_dialog || rdata->msg_info.to->tag.slen > 0)
        return 0;
    if (!is_asked_outside(method->name)) {
        add_text(rdata, headers, "Allow",
                 "INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, NOTIFY");
        return PJSIP_SC_METHOD_NOT_ALLOWED;
    }
    add_unsupported(rdata, headers);
    if (!pj_list_empty(headers))
        return PJSIP_SC_BAD_EXTENSION;
    if (method->id == PJSIP_INVITE_METHOD && !takes_sdp(rdata)) {
        add_text(rdata, headers, "Accept", "application/sdp");
        return PJSIP_SC_NOT_ACCEPTABLE;
    }
    return 0;
}

}  // namespace voicebot
