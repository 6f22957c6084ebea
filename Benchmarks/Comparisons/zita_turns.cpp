// The zita-convolver (Fons Adriaensen) part of long_kernel_peers.py: reads "taps block channels seconds" from standard
// input, one request per line, and answers with the seconds per second of sound (48 kHz, blocks of `block` frames, no
// further latency, one response per channel). Build:
//
//     c++ -O2 zita_turns.cpp -lzita-convolver -lfftw3f -lpthread
#include <zita-convolver.h>

#include <time.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

static double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

int main() {
  unsigned taps, block, channels, seconds;
  while (scanf("%u %u %u %u", &taps, &block, &channels, &seconds) == 4) {
    Convproc convolver;
    // Vector mode was faster. Estimated plans, as are the library's default and convaudio's.
    convolver.set_options(Convproc::OPT_VECTOR_MODE);
    unsigned longest = Convproc::MAXPART;
    if (convolver.configure(channels, channels, taps, block, block, longest, 0.0f)) return 1;
    std::vector<float> response(taps);
    for (unsigned c = 0; c < channels; c++) {
      for (unsigned i = 0; i < taps; i++)
        response[i] = 0.1f * (2.0f * rand() / RAND_MAX - 1) * powf(0.001f, (float)i / taps);
      if (convolver.impdata_create(c, c, 1, response.data(), 0, taps)) return 1;
    }
    size_t frames = (size_t)seconds * 48000 / block * block;
    std::vector<std::vector<float>> input(channels, std::vector<float>(frames)), output = input;
    for (auto &row : input)
      for (auto &sample : row) sample = 2.0f * rand() / RAND_MAX - 1;
    if (convolver.start_process(0, SCHED_OTHER)) return 1;
    // Its threads must be running; anything processed before comes out corrupt.
    timespec pause = {0, 200000000};
    nanosleep(&pause, nullptr);
    double begin = now();
    for (size_t at = 0; at + block <= frames; at += block) {
      for (unsigned c = 0; c < channels; c++) {
        float *to = convolver.inpdata(c);
        for (unsigned i = 0; i < block; i++) to[i] = input[c][at + i];
      }
      convolver.process(true);
      for (unsigned c = 0; c < channels; c++) {
        const float *from = convolver.outdata(c);
        for (unsigned i = 0; i < block; i++) output[c][at + i] = from[i];
      }
    }
    printf("%.9g\n", (now() - begin) / (frames / 48000.0));
    fflush(stdout);
    convolver.stop_process();
    while (!convolver.check_stop()) nanosleep(&pause, nullptr);
    convolver.cleanup();
  }
}
