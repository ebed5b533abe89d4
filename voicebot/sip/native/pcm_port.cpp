#include "pcm_port.hpp"

#include <pjsua-lib/pjsua.h>

#include <algorithm>
#include <cstring>
#include <mutex>

namespace voicebot {

namespace {

// A bounded queue of samples; memory is taken once, never on the media thread.
class Ring {
  public:
    explicit Ring(size_t capacity) : buffer_(capacity), head_(0), size_(0) {}

    size_t size() const { return size_; }
    size_t room() const { return buffer_.size() - size_; }

    void push(const int16_t *from, size_t count) {
        size_t tail = (head_ + size_) % buffer_.size();
        size_t first = std::min(count, buffer_.size() - tail);
        std::copy(from, from + first, buffer_.begin() + tail);
        std::copy(from + first, from + count, buffer_.begin());
        size_ += count;
    }

    void push_silence(size_t count) {
        size_t tail = (head_ + size_) % buffer_.size();
        size_t first = std::min(count, buffer_.size() - tail);
        std::fill_n(buffer_.begin() + tail, first, int16_t(0));
        std::fill_n(buffer_.begin(), count - first, int16_t(0));
        size_ += count;
    }

    void pop(int16_t *to, size_t count) {
        size_t first = std::min(count, buffer_.size() - head_);
        std::copy_n(buffer_.begin() + head_, first, to);
        std::copy_n(buffer_.begin(), count - first, to + first);
        drop(count);
    }

    void drop(size_t count) {
        head_ = (head_ + count) % buffer_.size();
        size_ -= count;
    }

  private:
    std::vector<int16_t> buffer_;
    size_t head_;
    size_t size_;
};

// Audio that comes again within this many frames of running dry shows that there was a gap.
const unsigned kGapFrames = 10;

}  // namespace

// The state that outlives the Python object until the bridge has let go of the port.
struct Rings {
    pjmedia_port port;
    pj_pool_t *pool;
    mutable std::mutex lock;
    Ring received;
    Ring sent;  // what was given out during the frames in `received`, sample by sample
    Ring unplayed;
    std::vector<int16_t> last_sent;  // since the last frame received; empty for silence
    PcmCounters counters;
    unsigned dry_frames;  // frames asked for since the last sample was played; 0 while playing
    bool fill_silence;
    bool muted;

    Rings(pj_pool_t *pool_, size_t received_, size_t unplayed_, bool fill_silence_)
        : pool(pool_), received(received_), sent(received_), unplayed(unplayed_),
          dry_frames(kGapFrames + 1), fill_silence(fill_silence_), muted(false) {
        std::memset(&port, 0, sizeof(port));
        last_sent.reserve(received_);
    }
};

namespace {

Rings *rings_of(pjmedia_port *port) { return static_cast<Rings *>(port->port_data.pdata); }

pj_status_t put_frame(pjmedia_port *port, pjmedia_frame *frame) {
    Rings *rings = rings_of(port);
    size_t count = PJMEDIA_PIA_SPF(&port->info);
    bool heard = frame->type == PJMEDIA_FRAME_TYPE_AUDIO && frame->size > 0;
    if (heard)
        count = frame->size / sizeof(int16_t);
    std::lock_guard<std::mutex> guard(rings->lock);
    ++rings->counters.frames_in;
    if (rings->received.room() < count) {
        size_t lost = count - rings->received.room();
        rings->received.drop(lost);
        rings->sent.drop(lost);
        rings->counters.overruns += lost;
    }
    // Time goes on when nothing is heard: a frame of nothing is a frame of silence.
    if (heard)
        rings->received.push(static_cast<const int16_t *>(frame->buf), count);
    else
        rings->received.push_silence(count);
    size_t sent = std::min(count, rings->last_sent.size());
    rings->sent.push(rings->last_sent.data(), sent);
    rings->sent.push_silence(count - sent);
    rings->last_sent.clear();
    return PJ_SUCCESS;
}

pj_status_t get_frame(pjmedia_port *port, pjmedia_frame *frame) {
    Rings *rings = rings_of(port);
    size_t wanted = PJMEDIA_PIA_SPF(&port->info);
    int16_t *out = static_cast<int16_t *>(frame->buf);
    std::lock_guard<std::mutex> guard(rings->lock);
    ++rings->counters.frames_out;
    size_t count = rings->muted ? 0 : std::min(wanted, rings->unplayed.size());
    if (count == 0 && !rings->fill_silence) {
        frame->type = PJMEDIA_FRAME_TYPE_NONE;
        frame->size = 0;
    } else {
        rings->unplayed.pop(out, count);
        std::fill(out + count, out + wanted, int16_t(0));
        frame->type = PJMEDIA_FRAME_TYPE_AUDIO;
        frame->size = wanted * sizeof(int16_t);
    }
    if (count > 0)
        rings->last_sent.assign(out, out + wanted);
    rings->counters.played += count;
    if (count == wanted)
        rings->dry_frames = 0;
    else if (!rings->muted && rings->dry_frames <= kGapFrames)
        ++rings->dry_frames;
    return PJ_SUCCESS;
}

pj_status_t on_destroy(pjmedia_port *port) {
    Rings *rings = rings_of(port);
    pj_pool_t *pool = rings->pool;
    delete rings;
    pj_pool_safe_release(&pool);
    return PJ_SUCCESS;
}

void check(pj_status_t status, const char *what) {
    if (status != PJ_SUCCESS)
        throw pj::Error(status, what, "", __FILE__, __LINE__);
}

}  // namespace

PcmPort::PcmPort(const std::string &name, unsigned clock_rate_hz, unsigned frame_ms,
                 unsigned received_ms, unsigned unplayed_ms, bool fill_silence)
    : rings_(NULL) {
    size_t per_ms = clock_rate_hz / 1000;
    size_t frame = per_ms * frame_ms;
    if (frame == 0 || received_ms < frame_ms || unplayed_ms < frame_ms)
        throw pj::Error(PJ_EINVAL, "PcmPort", "a bound is less than one frame", __FILE__, __LINE__);
    pj_pool_t *pool = pjsua_pool_create("pcmport%p", 1000, 1000);
    if (!pool)
        throw pj::Error(PJ_ENOMEM, "PcmPort", "", __FILE__, __LINE__);
    Rings *rings = new Rings(pool, per_ms * received_ms, per_ms * unplayed_ms, fill_silence);
    pjmedia_port *port = &rings->port;
    pj_str_t port_name;
    pj_strdup2_with_null(pool, &port_name, name.c_str());
    pjmedia_port_info_init(&port->info, &port_name, PJMEDIA_SIG_CLASS_APP('P', 'C', 'M'),
                           clock_rate_hz, 1, 16, unsigned(frame));
    port->port_data.pdata = rings;
    port->put_frame = &put_frame;
    port->get_frame = &get_frame;
    port->on_destroy = &on_destroy;
    try {
        // Needed for a bridge that removes ports asynchronously: see pjmedia_port_init_grp_lock.
        check(pjmedia_port_init_grp_lock(port, pool, NULL), "PcmPort");
        registerMediaPort2(port, pool);
    } catch (...) {
        if (port->grp_lock)
            pjmedia_port_destroy(port);
        else
            on_destroy(port);
        throw;
    }
    rings_ = rings;
}

PcmPort::~PcmPort() {
    try {
        unregisterMediaPort();
    } catch (const pj::Error &) {
        // The endpoint is gone already, and its bridge with it.
    }
    pjmedia_port_destroy(&rings_->port);
}

Pcm PcmPort::read() {
    std::lock_guard<std::mutex> guard(rings_->lock);
    Pcm both;
    size_t count = rings_->received.size();
    both.samples.resize(2 * count);
    rings_->received.pop(both.samples.data(), count);
    rings_->sent.pop(both.samples.data() + count, count);
    return both;
}

unsigned PcmPort::write(const Pcm &audio) {
    std::lock_guard<std::mutex> guard(rings_->lock);
    size_t count = std::min(audio.samples.size(), rings_->unplayed.room());
    if (count > 0 && rings_->dry_frames > 0 && rings_->dry_frames <= kGapFrames) {
        ++rings_->counters.underruns;
        rings_->dry_frames = kGapFrames + 1;
    }
    rings_->unplayed.push(audio.samples.data(), count);
    rings_->counters.refused += audio.samples.size() - count;
    return unsigned(count);
}

Pcm PcmPort::flush() {
    std::lock_guard<std::mutex> guard(rings_->lock);
    rings_->dry_frames = kGapFrames + 1;
    Pcm rest;
    rest.samples.resize(rings_->unplayed.size());
    rings_->unplayed.pop(rest.samples.data(), rest.samples.size());
    return rest;
}

unsigned PcmPort::pending() const {
    std::lock_guard<std::mutex> guard(rings_->lock);
    return unsigned(rings_->unplayed.size());
}

unsigned PcmPort::received() const {
    std::lock_guard<std::mutex> guard(rings_->lock);
    return unsigned(rings_->received.size());
}

void PcmPort::mute(bool muted) {
    std::lock_guard<std::mutex> guard(rings_->lock);
    rings_->muted = muted;
}

PcmCounters PcmPort::counters() const {
    std::lock_guard<std::mutex> guard(rings_->lock);
    return rings_->counters;
}

}  // namespace voicebot
