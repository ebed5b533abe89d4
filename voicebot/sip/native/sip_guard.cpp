#include "sip_guard.hpp"

#include "connections.hpp"
#include "dialogs.hpp"
#include "info_keys.hpp"
#include "network.hpp"
#include "objections.hpp"
#include "options.hpp"
#include "refers.hpp"
#include "source_limit.hpp"

#include <pjlib-util.h>
#include <pjsua-lib/pjsua.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <mutex>

namespace voicebot {

struct GuardState {
    pjsip_module module;
    mutable std::mutex lock;
    std::vector<Network> allowed;
    std::vector<Network> challenged;
    SourceLimit limit;
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

enum Verdict { PASS, DROP, REFUSE, CHALLENGE, SILENCE };

// pjsip gives a module's callback no pointer of its own; there is one endpoint per process.
GuardState *g_state = NULL;

const unsigned long kNonceLifeSeconds = 60;
const double kTokensForWrongDigest = 10;
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

// A repeated request, the CANCEL of one and the ACK to its refusal (RFC 3261 section 17.2.3): they
// belong to a transaction that passed before.
bool within_transaction(pjsip_rx_data *rdata) {
    pj_str_t key;
    const pjsip_method *method = &rdata->msg_info.msg->line.req.method;
    if (method->id == PJSIP_CANCEL_METHOD)
        method = pjsip_get_invite_method();
    if (pjsip_tsx_create_key(rdata->tp_info.pool, &key, PJSIP_ROLE_UAS, method, rdata) !=
        PJ_SUCCESS)
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

unsigned long long steady_ms() {
    using namespace std::chrono;
    return (unsigned long long)duration_cast<milliseconds>(
               steady_clock::now().time_since_epoch()).count();
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

bool is_new_call(pjsip_rx_data *rdata) {
    return rdata->msg_info.msg->line.req.method.id == PJSIP_INVITE_METHOD &&
           rdata->msg_info.to->tag.slen == 0;
}

Verdict admit(GuardState *state, pjsip_rx_data *rdata) {
    if (is_new_call(rdata)) {
        if (state->draining || pjsua_call_get_count() >= state->max_calls)
            return REFUSE;
    } else if (rdata->msg_info.msg->line.req.method.id == PJSIP_OPTIONS_METHOD &&
               state->draining) {
        return REFUSE;
    }
    return PASS;
}

Verdict ask_for_digest(GuardState *state, pjsip_rx_data *rdata, const Network &peer) {
    // An ACK cannot be challenged (RFC 3261 section 22.1); the one to our 401 ends here.
    if (rdata->msg_info.msg->line.req.method.id != PJSIP_INVITE_METHOD)
        return DROP;
    if (authenticated(state, rdata)) {
        ++state->counters.authenticated;
        return admit(state, rdata);
    }
    bool tried = pjsip_msg_find_hdr(rdata->msg_info.msg, PJSIP_H_AUTHORIZATION, NULL) != NULL;
    if (tried && !state->limit.take(peer, SourceLimit::OTHER, steady_ms(), kTokensForWrongDigest))
        return SILENCE;
    return CHALLENGE;
}

// How a request is tied to one that passed before.
enum Tie { NONE, REPEATED, FOLLOWS };

Tie tie_of(pjsip_rx_data *rdata, bool in_dialog) {
    if (in_dialog)
        return FOLLOWS;
    if (!within_transaction(rdata))
        return NONE;
    pjsip_method_e method = rdata->msg_info.msg->line.req.method.id;
    return method == PJSIP_ACK_METHOD || method == PJSIP_CANCEL_METHOD ? FOLLOWS : REPEATED;
}

Verdict judge(GuardState *state, pjsip_rx_data *rdata, Tie tie) {
    Network peer;
    if (tie == FOLLOWS)
        return PASS;
    if (!parse_address(rdata->pkt_info.src_name, &peer))
        return DROP;
    bool allowed = any_contains(state->allowed, peer);
    if (!allowed && !any_contains(state->challenged, peer))
        return DROP;
    bool new_call = tie == NONE && is_new_call(rdata);
    SourceLimit::What what = new_call ? SourceLimit::CALL : SourceLimit::OTHER;
    if (!state->limit.take(peer, what, steady_ms()))
        return SILENCE;
    if (tie == REPEATED)  // it is answered as before, whatever the load is by now
        return PASS;
    return allowed ? admit(state, rdata) : ask_for_digest(state, rdata, peer);
}

void respond(pjsip_rx_data *rdata, int code, const pjsip_hdr *headers) {
    pjsip_endpt_respond_stateless(pjsua_get_pjsip_endpt(), rdata, code, NULL, headers, NULL);
}

void respond_503(GuardState *state, pjsip_rx_data *rdata) {
    pjsip_hdr headers;
    pj_list_init(&headers);
    char value[16];
    pj_str_t text = {value, pj_utoa(state->retry_after_s, value)};
    pjsip_generic_string_hdr *retry =
        pjsip_generic_string_hdr_create(rdata->tp_info.pool, &kRetryAfter, &text);
    pj_list_push_back(&headers, retry);
    respond(rdata, 503, &headers);
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

// Answers a request that RFC 3261 has us refuse; true where there was one.
bool object(GuardState *state, pjsip_rx_data *rdata, bool in_dialog) {
    pjsip_hdr headers;
    pj_list_init(&headers);
    int code = objection(rdata, in_dialog, &headers);
    if (code == 0)
        return false;
    respond(rdata, code, &headers);
    std::lock_guard<std::mutex> guard(state->lock);
    ++state->counters.objected;
    return true;
}

pj_bool_t on_rx_request(pjsip_rx_data *rdata) {
    GuardState *state = g_state;
    if (!state)
        return PJ_FALSE;
    Verdict verdict;
    bool in_dialog = within_dialog(rdata);
    Tie tie = tie_of(rdata, in_dialog);
    {
        std::lock_guard<std::mutex> guard(state->lock);
        verdict = judge(state, rdata, tie);
        GuardCounters &counters = state->counters;
        ++(verdict == PASS      ? counters.passed
           : verdict == DROP    ? counters.dropped
           : verdict == REFUSE  ? counters.refused
           : verdict == SILENCE ? counters.silenced
                                : counters.challenged);
    }
    if (verdict == REFUSE)
        respond_503(state, rdata);
    else if (verdict == CHALLENGE)
        respond_401(state, rdata);
    if (verdict != PASS || object(state, rdata, in_dialog))
        return PJ_TRUE;
    if (in_dialog && (answer_options(rdata) || take_refer(rdata)))
        return PJ_TRUE;
    normalize_info_keys(rdata);
    return PJ_FALSE;
}

// Bytes that are no SIP message. Over a connection we know whose they are.
void on_unreadable(pjsip_tp_dropped_data *data) {
    GuardState *state = g_state;
    if (!state || data->status == PJ_EIGNORED)  // line ends that keep a NAT open
        return;
    Network peer;
    bool may_go_on = true;
    bool stream = (data->tp->flag & PJSIP_TRANSPORT_DATAGRAM) == 0;
    {
        std::lock_guard<std::mutex> guard(state->lock);
        ++state->counters.unreadable;
        if (stream && parse_address(remote_host(data->tp), &peer))
            may_go_on = state->limit.take(peer, SourceLimit::OTHER, steady_ms());
    }
    if (!may_go_on)
        pjsip_transport_shutdown2(data->tp, PJ_TRUE);
}

bool may_connect(const std::string &host) {
    GuardState *state = g_state;
    Network peer;
    if (!state)
        return true;
    std::lock_guard<std::mutex> guard(state->lock);
    return parse_address(host, &peer) &&
           (any_contains(state->allowed, peer) || any_contains(state->challenged, peer));
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

void SipGuard::setLimit(unsigned calls_per_s, unsigned silence_s) {
    std::lock_guard<std::mutex> guard(state_->lock);
    state_->limit.setRate(calls_per_s, silence_s);
}

void SipGuard::addLimit(const std::string &network, unsigned calls_per_s) {
    std::vector<Network> parsed = parse_networks(std::vector<std::string>(1, network));
    std::lock_guard<std::mutex> guard(state_->lock);
    state_->limit.addException(parsed[0], calls_per_s);
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
    watch_connections(endpoint, &may_connect);
    pjsip_tpmgr_set_drop_data_cb(pjsip_endpt_get_tpmgr(endpoint), &on_unreadable);
}

void SipGuard::stop() {
    if (!state_->started)
        return;
    state_->started = false;
    pjsip_tpmgr_set_drop_data_cb(pjsip_endpt_get_tpmgr(pjsua_get_pjsip_endpt()), NULL);
    unwatch_connections(pjsua_get_pjsip_endpt());
    pjsip_endpt_unregister_module(pjsua_get_pjsip_endpt(), &state_->module);
    g_state = NULL;
    pj_pool_safe_release(&state_->pool);
}

GuardCounters SipGuard::counters() const {
    std::lock_guard<std::mutex> guard(state_->lock);
    GuardCounters counters = state_->counters;
    counters.silences = state_->limit.silences();
    counters.connections = connections_open();
    counters.turned_away = connections_turned_away();
    return counters;
}

std::vector<std::string> SipGuard::newlySilent() {
    std::lock_guard<std::mutex> guard(state_->lock);
    return state_->limit.newlySilent();
}

std::vector<std::string> SipGuard::newRefers() { return new_refers(); }

bool SipGuard::hasDialog(const std::string &call_id, const std::string &local_tag,
                         const std::string &remote_tag) const {
    return is_confirmed_dialog(call_id, local_tag, remote_tag);
}

}  // namespace voicebot
