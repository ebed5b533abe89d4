#include "refers.hpp"

#include "dialogs.hpp"

#include <pjsua-lib/pjsua.h>

#include <mutex>

namespace voicebot {

namespace {

const size_t kMost = 64;  // that wait to be told of; a flood is refused

std::mutex g_lock;
std::vector<std::string> g_refers;

std::string text_of(const pj_str_t &text) { return std::string(text.ptr, text.slen); }

const pjsip_generic_string_hdr *refer_to(pjsip_rx_data *rdata) {
    const pj_str_t name = {(char *)"Refer-To", 8};
    const pj_str_t short_name = {(char *)"r", 1};
    return (const pjsip_generic_string_hdr *)pjsip_msg_find_hdr_by_names(
        rdata->msg_info.msg, &name, &short_name, NULL);
}

bool tell(const std::string &refer) {
    std::lock_guard<std::mutex> guard(g_lock);
    if (g_refers.size() >= kMost)
        return false;
    g_refers.push_back(refer);
    return true;
}

// The status for a REFER in this dialog; 0 where pjsua is to answer it.
int status_in(pjsip_dialog *dialog, pjsip_rx_data *rdata) {
    const pjsip_inv_session *session = pjsip_dlg_get_inv_session(dialog);
    pj_int32_t number = rdata->msg_info.cseq->cseq;
    if (!session || dialog->role != PJSIP_ROLE_UAC || number < dialog->remote.cseq)
        return 0;
    if (session->state != PJSIP_INV_STATE_CONFIRMED)
        return PJSIP_SC_CALL_TSX_DOES_NOT_EXIST;
    const pjsip_generic_string_hdr *target = refer_to(rdata);
    if (!target)
        return PJSIP_SC_BAD_REQUEST;
    if (number == dialog->remote.cseq)  // sent again: the answer was lost
        return PJSIP_SC_ACCEPTED;
    dialog->remote.cseq = number;
    bool told = tell(text_of(dialog->call_id->id) + "\n" + text_of(target->hvalue));
    return told ? PJSIP_SC_ACCEPTED : PJSIP_SC_SERVICE_UNAVAILABLE;
}

}  // namespace

bool take_refer(pjsip_rx_data *rdata) {
    const pj_str_t refer = {(char *)"REFER", 5};
    if (pj_strcmp(&rdata->msg_info.msg->line.req.method.name, &refer) != 0)
        return false;
    int status = judged_in_dialog(rdata, &status_in);
    if (status == 0)
        return false;
    pjsip_endpt_respond_stateless(pjsua_get_pjsip_endpt(), rdata, status, NULL, NULL, NULL);
    return true;
}

std::vector<std::string> new_refers() {
    std::lock_guard<std::mutex> guard(g_lock);
    std::vector<std::string> found;
    found.swap(g_refers);
    return found;
}

}  // namespace voicebot
