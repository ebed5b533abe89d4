#include "sip_guard.hpp"

#include "info_keys.hpp"

#include <pjlib-util.h>
#include <pjsua-lib/pjsua.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <mutex>

namespace voicebot {

namespace {

struct Network {
    int family;
    unsigned bits;
    unsigned char address[16];
};

// ::ffff:a.b.c.d, an IPv4 peer seen through an IPv6 socket, is judged as a.b.c.d.
const unsigned char kMappedPrefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

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

}  // namespace

struct GuardState {
    pjsip_module module;
    mutable std::mutex lock;
    std::vector<Network> allowed;
    std::vector<Network> challenged;
    std::map<std::string, std::string> passwords;
    std::string realm;
    char secret[32];
    pj_pool_t *pool;
    pjsip_auth_srv auth;
    unsigned max_calls;
    unsigned retry_after_s;
    bool draining;
    bool started;
    GuardCounters counters;
};

namespace {

enum Verdict { PASS, DROP, REFUSE, CHALLENGE };

// pjsip gives a module's callback no pointer of its own; there is one endpoint per process.
GuardState *g_state = NULL;

const unsigned long kNonceLifeSeconds = 60;
const pj_str_t kRetryAfter = {(char *)"Retry-After", 11};

pj_status_t lookup_password(pj_pool_t *pool, const pj_str_t *realm, const pj_str_t *user,
                            pjsip_cred_info *info) {
    std::map<std::string, std::string>::const_iterator found =
        g_state->passwords.find(std::string(user->ptr, user->slen));
    if (found == g_state->passwords.end())
        return PJSIP_EAUTHACCNOTFOUND;
    std::memset(info, 0, sizeof(*info));
    pj_strdup(pool, &info->realm, realm);
    pj_strdup(pool, &info->username, user);
    info->data_type = PJSIP_CRED_DATA_PLAIN_PASSWD;
    pj_strdup2(pool, &info->data, found->second.c_str());
    return PJ_SUCCESS;
}

// A request within a dialog of ours carries both random tags: it is from the far end of a call.
bool within_dialog(pjsip_rx_data *rdata) {
    if (rdata->msg_info.to->tag.slen == 0)
        return false;
    return pjsip_ua_find_dialog(&rdata->msg_info.cid->id, &rdata->msg_info.to->tag,
                                &rdata->msg_info.from->tag, PJ_FALSE) != NULL;
}

// CANCEL has no To tag, but belongs to a transaction that passed before.
bool within_transaction(pjsip_rx_data *rdata) {
    pj_str_t key;
    if (rdata->msg_info.msg->line.req.method.id != PJSIP_CANCEL_METHOD)
        return false;
    if (pjsip_tsx_create_key(rdata->tp_info.pool, &key, PJSIP_ROLE_UAS,
                             pjsip_get_invite_method(), rdata) != PJ_SUCCESS)
        return false;
    return pjsip_tsx_layer_find_tsx2(&key, PJ_FALSE) != NULL;
}

// A repeated INVITE of a call that is up belongs to the transaction layer, whatever the load.
bool repeated_invite(pjsip_rx_data *rdata) {
    pj_str_t key;
    if (pjsip_tsx_create_key(rdata->tp_info.pool, &key, PJSIP_ROLE_UAS,
                             &rdata->msg_info.cseq->method, rdata) != PJ_SUCCESS)
        return false;
    return pjsip_tsx_layer_find_tsx2(&key, PJ_FALSE) != NULL;
}

// "<hex seconds>-<hex HMAC of them>": a nonce of ours is known without being remembered.
std::string make_nonce(GuardState *state, unsigned long seconds) {
    char stamp[20];
    int length = std::snprintf(stamp, sizeof(stamp), "%lx", seconds);
    pj_uint8_t digest[20];
    pj_hmac_sha1((const pj_uint8_t *)stamp, unsigned(length),
                 (const pj_uint8_t *)state->secret, sizeof(state->secret), digest);
    std::string nonce = std::string(stamp) + "-";
    for (unsigned i = 0; i < sizeof(digest); ++i) {
        char hex[3];
        std::snprintf(hex, sizeof(hex), "%02x", digest[i]);
        nonce += hex;
    }
    return nonce;
}

unsigned long now_s() {
    pj_time_val now;
    pj_gettimeofday(&now);
    return (unsigned long)now.sec;
}

// pjsip checks the digest but not whose nonce it was made for, nor when.
bool fresh_nonce(GuardState *state, pjsip_rx_data *rdata) {
    const pjsip_authorization_hdr *header = (const pjsip_authorization_hdr *)pjsip_msg_find_hdr(
        rdata->msg_info.msg, PJSIP_H_AUTHORIZATION, NULL);
    if (!header || pj_stricmp2(&header->scheme, "Digest") != 0)
        return false;
    const pj_str_t &text = header->credential.digest.nonce;
    std::string nonce(text.ptr, text.slen);
    unsigned long seconds = std::strtoul(nonce.c_str(), NULL, 16);
    unsigned long now = now_s();
    return seconds <= now && now - seconds <= kNonceLifeSeconds &&
           nonce == make_nonce(state, seconds);
}

bool authenticated(GuardState *state, pjsip_rx_data *rdata) {
    int code = 0;
    return fresh_nonce(state, rdata) && pjsip_auth_srv_verify(&state->auth, rdata, &code) == PJ_SUCCESS;
}

Verdict admit(GuardState *state, pjsip_rx_data *rdata) {
    pjsip_method_e method = rdata->msg_info.msg->line.req.method.id;
    bool is_new_call = method == PJSIP_INVITE_METHOD && rdata->msg_info.to->tag.slen == 0;
    if (is_new_call && !repeated_invite(rdata)) {
        if (state->draining || pjsua_call_get_count() >= state->max_calls)
            return REFUSE;
    } else if (method == PJSIP_OPTIONS_METHOD && state->draining) {
        return REFUSE;
    }
    return PASS;
}

Verdict judge(GuardState *state, pjsip_rx_data *rdata) {
    Network peer;
    if (within_dialog(rdata) || within_transaction(rdata))
        return PASS;
    if (!parse_address(rdata->pkt_info.src_name, &peer))
        return DROP;
    if (any_contains(state->allowed, peer))
        return admit(state, rdata);
    if (!any_contains(state->challenged, peer))
        return DROP;
    // An ACK cannot be challenged (RFC 3261 section 22.1); the one to our 401 ends here.
    if (rdata->msg_info.msg->line.req.method.id != PJSIP_INVITE_METHOD)
        return DROP;
    if (!authenticated(state, rdata))
        return CHALLENGE;
    ++state->counters.authenticated;
    return admit(state, rdata);
}

void respond_503(GuardState *state, pjsip_rx_data *rdata) {
    pjsip_hdr headers;
    pj_list_init(&headers);
    char value[16];
    pj_str_t text = {value, pj_utoa(state->retry_after_s, value)};
    pjsip_generic_string_hdr *retry =
        pjsip_generic_string_hdr_create(rdata->tp_info.pool, &kRetryAfter, &text);
    pj_list_push_back(&headers, retry);
    pjsip_endpt_respond_stateless(pjsua_get_pjsip_endpt(), rdata, 503, NULL, &headers, NULL);
}

void respond_401(GuardState *state, pjsip_rx_data *rdata) {
    pjsip_tx_data *tdata;
    pjsip_endpoint *endpoint = pjsua_get_pjsip_endpt();
    if (pjsip_endpt_create_response(endpoint, rdata, 401, NULL, &tdata) != PJ_SUCCESS)
        return;
    const pj_str_t qop = pj_str((char *)"auth");
    std::string text = make_nonce(state, now_s());
    pj_str_t nonce;
    pj_cstr(&nonce, text.c_str());
    pjsip_auth_srv_challenge(&state->auth, &qop, &nonce, NULL, PJ_FALSE, tdata);
    pjsip_response_addr address;
    pj_status_t status = pjsip_get_response_addr(tdata->pool, rdata, &address);
    if (status == PJ_SUCCESS)
        status = pjsip_endpt_send_response(endpoint, &address, tdata, NULL, NULL);
    if (status != PJ_SUCCESS)
        pjsip_tx_data_dec_ref(tdata);
}

pj_bool_t on_rx_request(pjsip_rx_data *rdata) {
    GuardState *state = g_state;
    if (!state)
        return PJ_FALSE;
    Verdict verdict;
    {
        std::lock_guard<std::mutex> guard(state->lock);
        verdict = judge(state, rdata);
        GuardCounters &counters = state->counters;
        ++(verdict == PASS      ? counters.passed
           : verdict == DROP    ? counters.dropped
           : verdict == REFUSE  ? counters.refused
                                : counters.challenged);
    }
    if (verdict == REFUSE)
        respond_503(state, rdata);
    else if (verdict == CHALLENGE)
        respond_401(state, rdata);
    if (verdict != PASS)
        return PJ_TRUE;
    normalize_info_keys(rdata);
    return PJ_FALSE;
}

}  // namespace

SipGuard::SipGuard() : state_(new GuardState()) {
    pjsip_module &module = state_->module;
    std::memset(&module, 0, sizeof(module));
    module.name = pj_str((char *)"mod-voicebot-guard");
    module.id = -1;
    module.priority = PJSIP_MOD_PRIORITY_TRANSPORT_LAYER + 1;
    module.on_rx_request = &on_rx_request;
    state_->pool = NULL;
    state_->max_calls = PJSUA_MAX_CALLS;
    state_->retry_after_s = 10;
    state_->draining = false;
    state_->started = false;
}

SipGuard::~SipGuard() {
    stop();
    delete state_;
}

void SipGuard::setAllowed(const std::vector<std::string> &networks) {
    std::vector<Network> parsed = parse_networks(networks);
    std::lock_guard<std::mutex> guard(state_->lock);
    state_->allowed.swap(parsed);
}

void SipGuard::setChallenged(const std::vector<std::string> &networks, const std::string &realm) {
    std::vector<Network> parsed = parse_networks(networks);
    std::lock_guard<std::mutex> guard(state_->lock);
    state_->challenged.swap(parsed);
    if (!state_->started)
        state_->realm = realm;
}

void SipGuard::setCredential(const std::string &user, const std::string &password) {
    std::lock_guard<std::mutex> guard(state_->lock);
    state_->passwords[user] = password;
}

void SipGuard::setCapacity(unsigned max_calls, unsigned retry_after_s) {
    std::lock_guard<std::mutex> guard(state_->lock);
    state_->max_calls = max_calls;
    state_->retry_after_s = retry_after_s;
}

void SipGuard::setDraining(bool draining) {
    std::lock_guard<std::mutex> guard(state_->lock);
    state_->draining = draining;
}

void SipGuard::start() {
    if (g_state)
        throw pj::Error(PJ_EEXISTS, "SipGuard.start", "", __FILE__, __LINE__);
    pjsip_endpoint *endpoint = pjsua_get_pjsip_endpt();
    state_->pool = pjsua_pool_create("guard%p", 1000, 1000);
    pj_str_t realm;
    pj_cstr(&realm, state_->realm.empty() ? "voicebot" : state_->realm.c_str());
    pj_status_t status =
        pjsip_auth_srv_init(state_->pool, &state_->auth, &realm, &lookup_password, 0);
    std::ifstream("/dev/urandom", std::ios::binary).read(state_->secret, sizeof(state_->secret));
    g_state = state_;
    if (status == PJ_SUCCESS)
        status = pjsip_endpt_register_module(endpoint, &state_->module);
    if (status != PJ_SUCCESS) {
        g_state = NULL;
        throw pj::Error(status, "SipGuard.start", "", __FILE__, __LINE__);
    }
    state_->started = true;
}

void SipGuard::stop() {
    if (!state_->started)
        return;
    state_->started = false;
    pjsip_endpt_unregister_module(pjsua_get_pjsip_endpt(), &state_->module);
    g_state = NULL;
    pj_pool_safe_release(&state_->pool);
}

GuardCounters SipGuard::counters() const {
    std::lock_guard<std::mutex> guard(state_->lock);
    return state_->counters;
}

}  // namespace voicebot
