// REFER (RFC 3515) from phones that we dialed: answered 202 here and told of, so that who sends a
// caller on is judged and carried out by the hotline. pjsua would dial whatever it is told to.
#ifndef VOICEBOT_REFERS_HPP
#define VOICEBOT_REFERS_HPP

#include <pjsip.h>

#include <string>
#include <vector>

namespace voicebot {

// True where the request was such a REFER and was answered. False for anything else, and for a
// REFER of a caller's, which pjsua declines.
bool take_refer(pjsip_rx_data *rdata);

// Those taken since the last call of this: Call-ID, a line end, the value of Refer-To.
std::vector<std::string> new_refers();

}  // namespace voicebot
#endif
