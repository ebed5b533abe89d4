// SipGuard: decides about a SIP request before anything of it reaches the user agent.
//
//   transport ─▶ SipGuard (priority below the transaction layer) ─▶ transactions, dialogs, pjsua
//                   │ within a dialog of ours: passes
//                   │ from a stranger: dropped, no answer at all
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

    // Between Endpoint.libInit and libDestroy.
    void start();
    void stop();

    GuardCounters counters() const;

  private:
    SipGuard(const SipGuard &);
    SipGuard &operator=(const SipGuard &);
    struct GuardState *state_;
};

}  // namespace voicebot
#endif
