// SourceLimit: how much each source address may ask for, and silence for those who ask for more.
//
// Two token buckets a source: one for new calls, one for everything else that belongs to no call.
// A source that overdraws one of them gets no answer for a while, and longer as long as it goes
// on. The table is bounded; the source that was quiet for longest makes room for a new one.
#ifndef VOICEBOT_SOURCE_LIMIT_HPP
#define VOICEBOT_SOURCE_LIMIT_HPP

#include "network.hpp"

#include <list>
#include <map>
#include <string>
#include <vector>

namespace voicebot {

class SourceLimit {
  public:
    enum What { CALL, OTHER };

    SourceLimit();

    // New calls a second and source; as many may come at once. Of other requests twice as many a
    // second, ten times as many at once. 0 for no limit.
    void setRate(unsigned calls_per_s, unsigned silence_s);
    // The same for sources in these blocks; the first block that fits counts.
    void addException(const Network &network, unsigned calls_per_s);

    // Whether a request from `peer` may pass; it costs `tokens` of its bucket either way.
    bool take(const Network &peer, What what, unsigned long long now_ms, double tokens = 1);

    // Times that a source fell silent, since the start.
    unsigned long long silences() const { return silences_; }
    // Those that fell silent since the last call of this, at most a few.
    std::vector<std::string> newlySilent();

  private:
    struct Source {
        std::string key;
        double tokens[2];
        double per_s[2];
        double most[2];
        bool unlimited;
        unsigned long long seen_ms;
        unsigned long long silent_until_ms;
    };
    typedef std::list<Source> Sources;

    Source &find(const Network &peer, unsigned long long now_ms);
    void fill(Source *source, unsigned calls_per_s) const;
    unsigned rate_of(const Network &peer) const;

    unsigned calls_per_s_;
    unsigned long long silence_ms_;
    std::vector<std::pair<Network, unsigned> > exceptions_;
    Sources sources_;  // the most recently seen first
    std::map<std::string, Sources::iterator> index_;
    unsigned long long silences_;
    std::vector<std::string> newly_silent_;
};

}  // namespace voicebot
#endif
