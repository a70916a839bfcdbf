/* SPDX-License-Identifier: MIT
 *
 * make_assets FOLDER COLUMNS ROWS: writes the tiles X_Y.tile of a landscape into a folder that exists.
 */
#include <stdio.h>
#include <stdlib.h>

#include "examples/assets/assets.h"

int main(int argc, char** argv) {
  const int columns = argc == 4 ? atoi(argv[2]) : 0, rows = argc == 4 ? atoi(argv[3]) : 0;
  if (columns < 1 || rows < 1) {
    fprintf(stderr, "usage: make_assets FOLDER COLUMNS ROWS\n");
    return 2;
  }
  for (int y = 0; y < rows; ++y) {
    for (int x = 0; x < columns; ++x) {
      char path[4096];
      snprintf(path, sizeof path, "%s/%d_%d.tile", argv[1], x, y);
      if (asset_write(path, x, y) != 0) {
        perror(path);
        return 1;
      }
    }
  }
  return 0;
}
