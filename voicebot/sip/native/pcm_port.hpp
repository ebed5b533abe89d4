// PcmPort: a port of the conference bridge that moves PCM between two rings.
//
//      conference bridge (C, media thread)            Python (any registered thread)
//   put_frame ──▶ [ received ring, bounded ] ──▶ read()
//   get_frame ◀── [ unplayed ring, bounded ] ◀── write() · flush() · pending()
//
// Nothing of Python is ever reached from the media thread: the 20 ms clock does not wait for the
// interpreter. The rings belong to the pjmedia port, which the bridge releases when it is done
// with it, so that deleting the Python object in the middle of a frame is harmless.
#ifndef VOICEBOT_PCM_PORT_HPP
#define VOICEBOT_PCM_PORT_HPP

#include <pjsua2.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace voicebot {

// 16-bit little-endian mono samples; `bytes` at the Python side.
struct Pcm {
    std::vector<int16_t> samples;
};

// Everything counted since the port was made; samples are at the clock rate of the port.
struct PcmCounters {
    unsigned long long frames_in = 0;   // frames the bridge gave, silence included
    unsigned long long frames_out = 0;  // frames the bridge took, silence included
    unsigned long long played = 0;      // written samples that the bridge took
    unsigned long long underruns = 0;   // gaps inside something that was being played
    unsigned long long overruns = 0;    // received samples lost because nobody read them
    unsigned long long refused = 0;     // written samples that did not fit
};

class PcmPort : public pj::AudioMedia {
  public:
    // Bounds: received_ms of unread audio (the oldest is dropped), unplayed_ms of written audio
    // (the rest is refused). With fill_silence the port gives zeros when it has nothing to play,
    // so that RTP keeps flowing and the caller's NAT stays open; without it, no frame.
    PcmPort(const std::string &name, unsigned clock_rate_hz, unsigned frame_ms = 20,
            unsigned received_ms = 10000, unsigned unplayed_ms = 60000, bool fill_silence = true);
    virtual ~PcmPort();

    // Everything received since the last read, then what was given out during those same frames:
    // two halves of equal length.
    Pcm read();
    unsigned write(const Pcm &audio);  // samples accepted
    Pcm flush();                       // what was not played yet; nothing is left
    unsigned pending() const;          // samples not yet played
    unsigned received() const;         // samples not yet read
    void mute(bool muted);             // holds what is written and plays silence meanwhile
    PcmCounters counters() const;

  private:
    PcmPort(const PcmPort &);
    PcmPort &operator=(const PcmPort &);
    struct Rings *rings_;
};

}  // namespace voicebot
#endif
