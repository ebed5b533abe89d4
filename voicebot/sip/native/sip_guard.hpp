// SipGuard: decides about a SIP request before anything of it reaches the user agent.
//
//   transport ─▶ SipGuard (priority below the transaction layer) ─▶ transactions, dialogs, pjsua
//                   │ within a dialog of ours: passes
//                   │ from a stranger: dropped, no answer at all
//                   │ from a source that asks too much: dropped, for a while (SourceLimit)
//                   │ over capacity or draining: 503 with Retry-After, no dialog, no media
//
// Runs on the thread that polls SIP, in C++ only: a flood never reaches the interpreter.
#ifndef VOICEBOT_SIP_GUARD_HPP
#define VOICEBOT_SIP_GUARD_HPP

#include <pjsua2.hpp>

#include <string>
#include <vector>

namespace voicebot {

struct GuardCounters {
    unsigned long long passed = 0;         // requests let through
    unsigned long long dropped = 0;        // requests from strangers, not answered
    unsigned long long silenced = 0;       // requests of sources that asked too much, not answered
    unsigned long long silences = 0;       // times that a source fell silent
    unsigned long long unreadable = 0;     // datagrams and stretches of streams that are no SIP
    unsigned long long connections = 0;    // TCP and TLS connections from outside, open now
    unsigned long long turned_away = 0;    // connections closed at once: strangers, too many
    unsigned long long objected = 0;       // requests let through, but wrong: 400, 405, 406, 420
    unsigned long long refused = 0;        // INVITEs answered 503
    unsigned long long challenged = 0;     // INVITEs answered 401
    unsigned long long authenticated = 0;  // INVITEs with a right digest
};

class SipGuard {
  public:
    SipGuard();
    ~SipGuard();

    // Takes effect for the next request; addresses are CIDR blocks or single addresses.
    // Throws pj::Error for one that cannot be read.
    void setAllowed(const std::vector<std::string> &networks);

    // Sources in these blocks may call when they answer a digest challenge (RFC 3261 section 22).
    void setChallenged(const std::vector<std::string> &networks, const std::string &realm);
    void setCredential(const std::string &user, const std::string &password);

    // 503 with Retry-After for a new INVITE once this many calls are up.
    void setCapacity(unsigned max_calls, unsigned retry_after_s);
    // 503 for every new INVITE, and for OPTIONS, so that a balancer sends no more.
    void setDraining(bool draining);

    // New calls a second that one source may begin, and how long it gets no answer when it asks
    // more; 0 calls for no limit. See SourceLimit for other requests.
    void setLimit(unsigned calls_per_s, unsigned silence_s);
    // Another limit for the sources in a block.
    void addLimit(const std::string &network, unsigned calls_per_s);

    // Between Endpoint.libInit and libDestroy.
    void start();
    void stop();

    GuardCounters counters() const;
    // Addresses that fell silent since the last call of this, at most 16.
    std::vector<std::string> newlySilent();
    // REFERs of phones that we dialed since the last call of this: Call-ID, a line end, Refer-To.
    std::vector<std::string> newRefers();
    // Whether an answered call of ours is the dialog of this name (RFC 3261 section 12).
    bool hasDialog(const std::string &call_id, const std::string &local_tag,
                   const std::string &remote_tag) const;

  private:
    SipGuard(const SipGuard &);
    SipGuard &operator=(const SipGuard &);
    struct GuardState *state_;
};

}  // namespace voicebot
#endif
