// TCP and TLS connections from outside: only from those who may call, and not too many.
//
// Each costs a socket and 16 kB; a process that has no socket left cannot take calls by UDP either.
#ifndef VOICEBOT_CONNECTIONS_HPP
#define VOICEBOT_CONNECTIONS_HPP

#include <pjsip.h>

#include <string>

namespace voicebot {

// From now on a connection of a host that `may_connect` says no to is closed at once, and so is
// one too many. Puts itself before the endpoint's own callback of transport states.
void watch_connections(pjsip_endpoint *endpoint, bool (*may_connect)(const std::string &host));
void unwatch_connections(pjsip_endpoint *endpoint);

unsigned long long connections_open();
unsigned long long connections_turned_away();

// Address of the far end of a connection.
std::string remote_host(const pjsip_transport *transport);

}  // namespace voicebot
#endif
