// Addresses and CIDR blocks that requests come from.
#ifndef VOICEBOT_NETWORK_HPP
#define VOICEBOT_NETWORK_HPP

#include <string>
#include <vector>

namespace voicebot {

struct Network {
    int family;
    unsigned bits;
    unsigned char address[16];
};

// "192.0.2.1", "2001:db8::1", or false. ::ffff:a.b.c.d, an IPv4 peer seen through an IPv6 socket,
// is judged as a.b.c.d.
bool parse_address(const std::string &text, Network *network);

bool contains(const Network &network, const Network &peer);
bool any_contains(const std::vector<Network> &networks, const Network &peer);

// Throws pj::Error for a text that is neither an address nor a CIDR block.
std::vector<Network> parse_networks(const std::vector<std::string> &texts);

}  // namespace voicebot
#endif
