#include "options.hpp"

#include <pjsip_simple.h>
#include <pjsip_ua.h>
#include <pjsua-lib/pjsua.h>

namespace voicebot {

namespace {

// After a BYE pjsip keeps a dialog until its transactions have timed out.
bool is_over(pjsip_dialog *dialog) {
    const pjsip_inv_session *session = pjsip_dlg_get_inv_session(dialog);
    return !session || session->state == PJSIP_INV_STATE_DISCONNECTED;
}

// The status for a request in this dialog; 0 where the dialog is to refuse it. Section 12.2.2: a
// lower number than the last is out of order, the same again is a repetition.
int status_in(pjsip_dialog *dialog, pj_int32_t number) {
    if (is_over(dialog))
        return PJSIP_SC_CALL_TSX_DOES_NOT_EXIST;
    if (number < dialog->remote.cseq)
        return 0;
    dialog->remote.cseq = number;
    return PJSIP_SC_OK;
}

int status_of(pjsip_rx_data *rdata) {
    pjsip_dialog *dialog =
        pjsip_ua_find_dialog(&rdata->msg_info.cid->id, &rdata->msg_info.to->tag,
                             &rdata->msg_info.from->tag, PJ_TRUE);
    if (!dialog)
        return 0;
    int status = status_in(dialog, rdata->msg_info.cseq->cseq);
    pjsip_dlg_dec_lock(dialog);
    return status;
}

void add_copy(pjsip_rx_data *rdata, pjsip_hdr *headers, const pjsip_hdr *header) {
    if (header)
        pj_list_push_back(headers, pjsip_hdr_clone(rdata->tp_info.pool, header));
}

void add_abilities(pjsip_rx_data *rdata, pjsip_hdr *headers) {
    static const int kTold[] = {PJSIP_H_ALLOW, PJSIP_H_ACCEPT, PJSIP_H_SUPPORTED};
    for (int name : kTold)
        add_copy(rdata, headers,
                 pjsip_endpt_get_capability(pjsua_get_pjsip_endpt(), name, NULL));
    add_copy(rdata, headers, pjsip_evsub_get_allow_events_hdr(NULL));
}

}  // namespace

bool answer_options(pjsip_rx_data *rdata) {
    if (rdata->msg_info.msg->line.req.method.id != PJSIP_OPTIONS_METHOD)
        return false;
    int status = status_of(rdata);
    if (status == 0)
        return false;
    pjsip_hdr headers;
    pj_list_init(&headers);
    if (status == PJSIP_SC_OK)
        add_abilities(rdata, &headers);
    pjsip_endpt_respond_stateless(pjsua_get_pjsip_endpt(), rdata, status, NULL, &headers, NULL);
    return true;
}

}  // namespace voicebot
