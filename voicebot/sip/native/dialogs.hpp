// Dialogs of ours: the one that a request belongs to, and whether there is one.
#ifndef VOICEBOT_DIALOGS_HPP
#define VOICEBOT_DIALOGS_HPP

#include <pjsip.h>
#include <pjsip_ua.h>

#include <string>

namespace voicebot {

// What `judge` says of a request in its dialog, which is locked meanwhile; 0 where there is none.
int judged_in_dialog(pjsip_rx_data *rdata, int (*judge)(pjsip_dialog *, pjsip_rx_data *));

// Whether an answered call of ours has these names of RFC 3261, section 12; the local tag is ours.
bool is_confirmed_dialog(const std::string &call_id, const std::string &local_tag,
                         const std::string &remote_tag);

}  // namespace voicebot
#endif
