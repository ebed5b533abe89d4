#include "source_limit.hpp"

#include <pjsua2.hpp>

#include <algorithm>

namespace voicebot {

namespace {

const size_t kMostSources = 8192;
const size_t kMostNewlySilent = 16;
const unsigned kOtherPerCall = 2;
const unsigned kOtherAtOncePerCall = 10;
const unsigned kHostBytesIpv6 = 8;  // a single host has all addresses of a /64

// The bytes that tell sources apart.
std::string key_of(const Network &peer) {
    size_t length = peer.family == pj_AF_INET() ? 4 : kHostBytesIpv6;
    return std::string(reinterpret_cast<const char *>(peer.address), length);
}

std::string shown(const Network &peer) {
    char text[PJ_INET6_ADDRSTRLEN];
    if (pj_inet_ntop(peer.family, peer.address, text, sizeof(text)) != PJ_SUCCESS)
        return "?";
    return text;
}

}  // namespace

SourceLimit::SourceLimit() : calls_per_s_(0), silence_ms_(0), silences_(0) {}

void SourceLimit::setRate(unsigned calls_per_s, unsigned silence_s) {
    calls_per_s_ = calls_per_s;
    silence_ms_ = 1000ull * silence_s;
}

void SourceLimit::addException(const Network &network, unsigned calls_per_s) {
    exceptions_.push_back(std::make_pair(network, calls_per_s));
}

unsigned SourceLimit::rate_of(const Network &peer) const {
    for (size_t i = 0; i < exceptions_.size(); ++i)
        if (contains(exceptions_[i].first, peer))
            return exceptions_[i].second;
    return calls_per_s_;
}

void SourceLimit::fill(Source *source, unsigned calls_per_s) const {
    source->unlimited = calls_per_s == 0;
    source->per_s[CALL] = calls_per_s;
    source->per_s[OTHER] = double(kOtherPerCall) * calls_per_s;
    source->most[CALL] = calls_per_s;
    source->most[OTHER] = double(kOtherAtOncePerCall) * calls_per_s;
    std::copy(source->most, source->most + 2, source->tokens);
}

SourceLimit::Source &SourceLimit::find(const Network &peer, unsigned long long now_ms) {
    std::string key = key_of(peer);
    std::map<std::string, Sources::iterator>::iterator found = index_.find(key);
    if (found != index_.end()) {
        sources_.splice(sources_.begin(), sources_, found->second);
        return sources_.front();
    }
    if (sources_.size() >= kMostSources) {
        index_.erase(sources_.back().key);
        sources_.pop_back();
    }
    Source source;
    source.key = key;
    source.seen_ms = now_ms;
    source.silent_until_ms = 0;
    fill(&source, rate_of(peer));
    sources_.push_front(source);
    index_[key] = sources_.begin();
    return sources_.front();
}

bool SourceLimit::take(const Network &peer, What what, unsigned long long now_ms, double tokens) {
    Source &source = find(peer, now_ms);
    if (source.unlimited)
        return true;
    double passed_s = double(now_ms - source.seen_ms) / 1000;
    source.seen_ms = now_ms;
    for (int i = 0; i < 2; ++i)
        source.tokens[i] = std::min(source.most[i], source.tokens[i] + passed_s * source.per_s[i]);
    bool enough = source.tokens[what] >= tokens;
    source.tokens[what] = std::max(0.0, source.tokens[what] - tokens);
    bool silent = now_ms < source.silent_until_ms;
    if (!enough) {
        source.silent_until_ms = now_ms + silence_ms_;
        if (!silent) {
            ++silences_;
            if (newly_silent_.size() < kMostNewlySilent)
                newly_silent_.push_back(shown(peer));
        }
    }
    return enough && !silent;
}

std::vector<std::string> SourceLimit::newlySilent() {
    std::vector<std::string> taken;
    taken.swap(newly_silent_);
    return taken;
}

}  // namespace voicebot
