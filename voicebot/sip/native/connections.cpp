#include "connections.hpp"

#include <map>
#include <mutex>

namespace voicebot {

namespace {

// Half of the sockets that config_site.h allows for; a NAT with as many phones is still served.
const size_t kMostConnections = 2000;
const unsigned kMostPerHost = 1000;

struct Connections {
    std::mutex lock;
    std::map<const pjsip_transport *, std::string> open;
    std::map<std::string, unsigned> per_host;
    unsigned long long turned_away;
    bool (*may_connect)(const std::string &host);
    pjsip_tp_state_callback next;
};

// pjsip gives a transport's callback no pointer of its own; there is one endpoint per process.
Connections g_connections;

bool take_in(const pjsip_transport *transport) {
    std::string host = remote_host(transport);
    bool may_connect = g_connections.may_connect(host);
    std::lock_guard<std::mutex> guard(g_connections.lock);
    if (!may_connect || g_connections.open.size() >= kMostConnections ||
        g_connections.per_host[host] >= kMostPerHost) {
        ++g_connections.turned_away;
        return false;
    }
    ++g_connections.per_host[host];
    g_connections.open[transport] = host;
    return true;
}

void let_go(const pjsip_transport *transport) {
    std::lock_guard<std::mutex> guard(g_connections.lock);
    std::map<const pjsip_transport *, std::string>::iterator found =
        g_connections.open.find(transport);
    if (found == g_connections.open.end())
        return;
    if (--g_connections.per_host[found->second] == 0)
        g_connections.per_host.erase(found->second);
    g_connections.open.erase(found);
}

void on_state(pjsip_transport *transport, pjsip_transport_state state,
              const pjsip_transport_state_info *info) {
    bool from_outside = transport->dir == PJSIP_TP_DIR_INCOMING &&
                        (transport->flag & PJSIP_TRANSPORT_DATAGRAM) == 0;
    if (from_outside && state == PJSIP_TP_STATE_CONNECTED && !take_in(transport)) {
        pjsip_transport_shutdown2(transport, PJ_TRUE);
        return;
    }
    if (from_outside && state == PJSIP_TP_STATE_DESTROY)
        let_go(transport);
    if (g_connections.next)
        g_connections.next(transport, state, info);
}

}  // namespace

void watch_connections(pjsip_endpoint *endpoint, bool (*may_connect)(const std::string &host)) {
    pjsip_tpmgr *manager = pjsip_endpt_get_tpmgr(endpoint);
    std::lock_guard<std::mutex> guard(g_connections.lock);
    g_connections.open.clear();
    g_connections.per_host.clear();
    g_connections.turned_away = 0;
    g_connections.may_connect = may_connect;
    g_connections.next = pjsip_tpmgr_get_state_cb(manager);
    pjsip_tpmgr_set_state_cb(manager, &on_state);
}

void unwatch_connections(pjsip_endpoint *endpoint) {
    pjsip_tpmgr_set_state_cb(pjsip_endpt_get_tpmgr(endpoint), g_connections.next);
}

unsigned long long connections_open() {
    std::lock_guard<std::mutex> guard(g_connections.lock);
    return g_connections.open.size();
}

unsigned long long connections_turned_away() {
    std::lock_guard<std::mutex> guard(g_connections.lock);
    return g_connections.turned_away;
}

std::string remote_host(const pjsip_transport *transport) {
    char text[PJ_INET6_ADDRSTRLEN];
    pj_sockaddr_print(&transport->key.rem_addr, text, sizeof(text), 0);
    return text;
}

}  // namespace voicebot
