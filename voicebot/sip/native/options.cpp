#include "options.hpp"

#include "dialogs.hpp"

#include <pjsip_simple.h>
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
int status_in(pjsip_dialog *dialog, pjsip_rx_data *rdata) {
    pj_int32_t number = rdata->msg_info.cseq->cseq;
    if (is_over(dialog))
        return PJSIP_SC_CALL_TSX_DOES_NOT_EXIST;
    if (number < dialog->remote.cseq)
        return 0;
    dialog->remote.cseq = number;
    return PJSIP_SC_OK;
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
    int status = judged_in_dialog(rdata, &status_in);
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
