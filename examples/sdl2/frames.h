/* SPDX-License-Identifier: MIT
 *
 * What frames took: a histogram by the millisecond, and the figures that examples/assets/frames_report.py looks at.
 */
#ifndef ROTA_EXAMPLES_SDL2_FRAMES_H
#define ROTA_EXAMPLES_SDL2_FRAMES_H

#include <stdint.h>
#include <stdio.h>

#define FRAMES_BINS 100 /* milliseconds; longer ones are counted in the last */
#define FRAMES_MAX 65536

struct frames {
  uint32_t count;
  float times_ms[FRAMES_MAX], costs_ms[FRAMES_MAX];
  uint32_t bins[FRAMES_BINS];
  uint32_t requested, arrived, failed; /* tiles */
  uint32_t items, late_items;          /* completions handled; of these begun after the budget */
  uint64_t longest_item_ns;
};

/* A frame took so long, from its start to the start of the next, and had the processor for `cost_ns` of it. */
void frames_add(struct frames* frames, uint64_t ns, uint64_t cost_ns);
/* A completion was handled: it began `offset_ns` after the pump did. */
void frames_add_item(struct frames* frames, uint64_t offset_ns, uint64_t ns, uint64_t budget_ns);
/* Of `values` (frames->times_ms, frames->costs_ms) the one that `part` (0..1) of the frames do not exceed. */
double frames_percentile(const struct frames* frames, const float* values, double part);
/* As a JSON object. */
void frames_write(const struct frames* frames, FILE* file);

#endif /* ROTA_EXAMPLES_SDL2_FRAMES_H */
