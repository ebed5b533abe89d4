// What RFC 3261 has a server refuse before it looks any further, and pjsua lets through or leaves
// without an answer.
#ifndef VOICEBOT_OBJECTIONS_HPP
#define VOICEBOT_OBJECTIONS_HPP

#include <pjsip.h>

namespace voicebot {

// The status to answer a request with, or 0. `headers` gains what that status has to carry (Allow,
// Unsupported, Accept). ACK and CANCEL are never objected to.
int objection(pjsip_rx_data *rdata, bool within_dialog, pjsip_hdr *headers);

}  // namespace voicebot
#endif
