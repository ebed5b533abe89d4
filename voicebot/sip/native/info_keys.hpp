// Keys by SIP INFO, brought into the one shape that pjsua reads.
#ifndef VOICEBOT_INFO_KEYS_HPP
#define VOICEBOT_INFO_KEYS_HPP

#include <pjsip.h>

namespace voicebot {

// `application/dtmf` ("5") and loose `application/dtmf-relay` ("Signal = 11") become
// "Signal=5\r\nDuration=160\r\n"; anything else stays as it came.
void normalize_info_keys(pjsip_rx_data *rdata);

}  // namespace voicebot
#endif
