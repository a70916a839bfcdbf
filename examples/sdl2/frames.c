/* SPDX-License-Identifier: MIT */
#include "examples/sdl2/frames.h"

#include <stdlib.h>
#include <string.h>

#define CLOCK_NS 200000 /* between the engine's look at the clock and ours */

void frames_add(struct frames* frames, uint64_t ns, uint64_t cost_ns) {
  const uint64_t bin = ns / 1000000;
  if (frames->count == FRAMES_MAX) return;
  frames->costs_ms[frames->count] = (float)((double)cost_ns / 1e6);
  frames->times_ms[frames->count++] = (float)((double)ns / 1e6);
  frames->bins[bin < FRAMES_BINS ? bin : FRAMES_BINS - 1]++;
}

void frames_add_item(struct frames* frames, uint64_t offset_ns, uint64_t ns, uint64_t budget_ns) {
  frames->items++;
  frames->late_items += offset_ns > budget_ns + CLOCK_NS;
  if (ns > frames->longest_item_ns) frames->longest_item_ns = ns;
}

static int compare(const void* left, const void* right) {
  const float a = *(const float*)left, b = *(const float*)right;
  return a < b ? -1 : a > b;
}

double frames_percentile(const struct frames* frames, const float* values, double part) {
  float* sorted = malloc(sizeof(float) * (frames->count + 1));
  if (sorted == NULL || frames->count == 0) {
    free(sorted);
    return 0;
  }
  memcpy(sorted, values, sizeof(float) * frames->count);
  qsort(sorted, frames->count, sizeof(float), compare);
  const uint32_t above = (uint32_t)(part * frames->count);
  const double value = sorted[above < frames->count ? above : frames->count - 1];
  free(sorted);
  return value;
}

void frames_write(const struct frames* frames, FILE* file) {
  fprintf(file, "{\"frames\": %u, \"p50_ms\": %.3f, \"p99_ms\": %.3f, \"max_ms\": %.3f, ", frames->count,
          frames_percentile(frames, frames->times_ms, 0.5), frames_percentile(frames, frames->times_ms, 0.99),
          frames_percentile(frames, frames->times_ms, 1));
  fprintf(file, "\"requested\": %u, \"arrived\": %u, \"failed\": %u, ", frames->requested, frames->arrived,
          frames->failed);
  fprintf(file, "\"items\": %u, \"late_items\": %u, \"longest_item_ms\": %.3f, ", frames->items, frames->late_items,
          (double)frames->longest_item_ns / 1e6);
  fprintf(file, "\"cpu_p99_ms\": %.3f, \"bins\": [", frames_percentile(frames, frames->costs_ms, 0.99));
  for (int bin = 0; bin < FRAMES_BINS; ++bin) fprintf(file, "%s%u", bin > 0 ? ", " : "", frames->bins[bin]);
  fprintf(file, "]}");
}
