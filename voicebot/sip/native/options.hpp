// OPTIONS within a dialog, which pjsip's dialog layer answers 500: no usage of a dialog takes it.
#ifndef VOICEBOT_OPTIONS_HPP
#define VOICEBOT_OPTIONS_HPP

#include <pjsip.h>

namespace voicebot {

// True where the request was such an OPTIONS and was answered: 200 with what we can do (RFC 3261
// section 11.2), or 481 after a BYE. False for anything else, and for one out of order, which the
// dialog refuses.
bool answer_options(pjsip_rx_data *rdata);

}  // namespace voicebot
#endif
