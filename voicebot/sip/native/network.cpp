#include "network.hpp"

#include <pjsua2.hpp>

#include <cstring>

namespace voicebot {

namespace {

const unsigned char kMappedPrefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool parse_network(const std::string &text, Network *network) {
    size_t slash = text.find('/');
    if (!parse_address(text.substr(0, slash), network))
        return false;
    if (slash == std::string::npos)
        return true;
    std::string digits = text.substr(slash + 1);
    if (digits.empty() || digits.size() > 3 ||
        digits.find_first_not_of("0123456789") != std::string::npos)
        return false;
    unsigned bits = unsigned(std::stoul(digits));
    if (bits > network->bits)
        return false;
    network->bits = bits;
    return true;
}

}  // namespace

bool parse_address(const std::string &text, Network *network) {
    pj_str_t host;
    pj_cstr(&host, text.c_str());
    std::memset(network->address, 0, sizeof(network->address));
    if (pj_inet_pton(pj_AF_INET(), &host, network->address) == PJ_SUCCESS) {
        network->family = pj_AF_INET();
        network->bits = 32;
        return true;
    }
    if (pj_inet_pton(pj_AF_INET6(), &host, network->address) != PJ_SUCCESS)
        return false;
    network->family = pj_AF_INET6();
    network->bits = 128;
    if (std::memcmp(network->address, kMappedPrefix, sizeof(kMappedPrefix)) == 0) {
        std::memmove(network->address, network->address + 12, 4);
        network->family = pj_AF_INET();
        network->bits = 32;
    }
    return true;
}

bool contains(const Network &network, const Network &peer) {
    if (network.family != peer.family)
        return false;
    unsigned whole = network.bits / 8;
    unsigned rest = network.bits % 8;
    if (std::memcmp(network.address, peer.address, whole) != 0)
        return false;
    if (rest == 0)
        return true;
    unsigned char mask = (unsigned char)(0xff << (8 - rest));
    return (network.address[whole] & mask) == (peer.address[whole] & mask);
}

bool any_contains(const std::vector<Network> &networks, const Network &peer) {
    for (size_t i = 0; i < networks.size(); ++i)
        if (contains(networks[i], peer))
            return true;
    return false;
}

std::vector<Network> parse_networks(const std::vector<std::string> &texts) {
    std::vector<Network> networks(texts.size());
    for (size_t i = 0; i < texts.size(); ++i)
        if (!parse_network(texts[i], &networks[i]))
            throw pj::Error(PJ_EINVAL, "SipGuard", "not a network: " + texts[i], __FILE__,
                            __LINE__);
    return networks;
}

}  // namespace voicebot
