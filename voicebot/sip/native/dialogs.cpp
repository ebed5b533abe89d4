#include "dialogs.hpp"

namespace voicebot {

int judged_in_dialog(pjsip_rx_data *rdata, int (*judge)(pjsip_dialog *, pjsip_rx_data *)) {
    pjsip_dialog *dialog =
        pjsip_ua_find_dialog(&rdata->msg_info.cid->id, &rdata->msg_info.to->tag,
                             &rdata->msg_info.from->tag, PJ_TRUE);
    if (!dialog)
        return 0;
    int status = judge(dialog, rdata);
    pjsip_dlg_dec_lock(dialog);
    return status;
}

bool is_confirmed_dialog(const std::string &call_id, const std::string &local_tag,
                         const std::string &remote_tag) {
    pj_str_t id, local, remote;
    pj_cstr(&id, call_id.c_str());
    pj_cstr(&local, local_tag.c_str());
    pj_cstr(&remote, remote_tag.c_str());
    pjsip_dialog *dialog = pjsip_ua_find_dialog(&id, &local, &remote, PJ_TRUE);
    if (!dialog)
        return false;
    const pjsip_inv_session *session = pjsip_dlg_get_inv_session(dialog);
    bool confirmed = session && session->state == PJSIP_INV_STATE_CONFIRMED;
    pjsip_dlg_dec_lock(dialog);
    return confirmed;
}

}  // namespace voicebot
