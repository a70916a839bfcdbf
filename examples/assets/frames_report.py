#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Looks at the frames.json that the streaming examples write: their frame times with rota and without.

  frames_report.py check FILE SECONDS   fails unless the result has the shape it must have: prints `ok ...`, `FAIL ...`;
                                        exits with 3 when only time was short (`slow ...`): a busy machine, try again
  frames_report.py svg FILE OUT         draws the histograms: frame times, and what frames cost the main thread
  frames_report.py picture FILE WIDTH HEIGHT
                                        fails unless FILE, a PNG or BMP, has that size and something on it
"""

import json
import math
import struct
import sys
import zlib

FRAME_MS = 1000 / 60
SHOWN_MS = 64
COLOURS = {"main": "#d9772b", "rota": "#199b7c"}
NAMES = {"main": "main thread", "rota": "with rota"}


def checks(data, seconds):
    """Yields (what must hold, whether it does, figures, whether a busy machine alone may be the reason that not)."""
    for way in ("main", "rota"):
        run = data[way]
        yield (f"{way}: every tile arrived", run["requested"] == run["arrived"] > 20 and run["failed"] == 0,
               f"{run['requested']} requested, {run['arrived']} arrived, {run['failed']} failed", False)
        # Missed frames are made up for by none: a run that hangs has fewer.
        enough = run["frames"] >= seconds * 60 * 0.95
        yield (f"{way}: the histogram counts each frame", enough and sum(run["bins"]) == run["frames"],
               f"{run['frames']} frames, {sum(run['bins'])} counted", False)
    main, rota = data["main"], data["rota"]
    # Most frames of the other way load nothing: where even those are slow, the machine is too busy to say more.
    can = max(FRAME_MS + 1.5, main["p50_ms"] * 1.25)
    yield ("with rota the frame loop holds 60 frames a second, or what it can without loading", rota["p50_ms"] < can,
           f"median {rota['p50_ms']:.1f} ms, without {main['p50_ms']:.1f} ms", True)
    yield ("both flew the same way", main["requested"] == rota["requested"],
           f"{main['requested']}, {rota['requested']}", False)
    yield ("no completion was lost", rota["items"] == rota["arrived"], f"{rota['items']} of {rota['arrived']}", False)
    # Late is what the system did to this thread after the look at the clock; without a budget it is many.
    yield (f"no completion began after the budget of {data['budget_ms']:g} ms",
           rota["late_items"] <= 0.05 * rota["items"],
           f"{rota['late_items']} of {rota['items']} late", True)
    # What a frame costs the main thread, whoever else uses the machine.
    yield ("with rota 99 % of frames cost the main thread less than they may take, and less than without",
           rota["cpu_p99_ms"] < min(FRAME_MS, main["cpu_p99_ms"]),
           f"{rota['cpu_p99_ms']:.1f} ms with, {main['cpu_p99_ms']:.1f} ms without", True)
    yield ("99 % of frames are shorter with rota than without", rota["p99_ms"] < main["p99_ms"],
           f"{rota['p99_ms']:.1f} ms with, {main['p99_ms']:.1f} ms without", True)


def check(path, seconds):
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    status = 0
    for what, holds, figures, may_be_slow in checks(data, float(seconds)):
        print(f"{'ok   ' if holds else 'slow ' if may_be_slow else 'FAIL '} {what}: {figures}")
        if not holds and status != 1:
            status = 3 if may_be_slow else 1
    return status


def rows(data, title, bins_key, p99_key, top):
    """The bars of both ways, as SVG; heights grow with the logarithm, so that one bad frame is seen beside hundreds."""
    left, width, height = 150, 560, 78
    step = width / SHOWN_MS
    yield f'<text x="{left}" y="{top + 20}" class="title">{title}</text>'
    for index, way in enumerate(("main", "rota")):
        run, base = data[way], top + 112 + index * 118
        bins = run[bins_key][: SHOWN_MS - 1] + [sum(run[bins_key][SHOWN_MS - 1:])]
        most = math.log1p(max(bins))
        yield (f'<text x="{left - 14}" y="{base - 42}" text-anchor="end" class="name" fill="{COLOURS[way]}">'
               f'{NAMES[way]}</text>')
        yield f'<text x="{left - 14}" y="{base - 24}" text-anchor="end" class="small">{run["frames"]} frames</text>'
        yield f'<line x1="{left}" y1="{base}" x2="{left + width}" y2="{base}" class="axis"/>'
        for bin_ms, count in enumerate(bins):
            if count:
                tall = max(2.0, height * math.log1p(count) / most)
                yield (f'<rect x="{left + bin_ms * step + 0.75:.2f}" y="{base - tall:.2f}" width="{step - 1.5:.2f}" '
                       f'height="{tall:.2f}" fill="{COLOURS[way]}"><title>{bin_ms} ms: {count}</title></rect>')
        p99 = min(run[p99_key], SHOWN_MS)
        text = f"99 % within {run[p99_key]:.0f} ms"
        x = left + p99 * step
        anchor, at = ("end", x - 5) if p99 > SHOWN_MS * 0.8 else ("start", x + 5)
        yield f'<line x1="{x:.1f}" y1="{base - height}" x2="{x:.1f}" y2="{base}" class="p99"/>'
        yield f'<text x="{at:.1f}" y="{base - height + 9}" text-anchor="{anchor}" class="small">{text}</text>'
    for milliseconds in (0, 8, FRAME_MS, 24, 33.3, 48, 64):
        text = f"{milliseconds:.3g}" + ("+ ms" if milliseconds == SHOWN_MS else "")
        yield f'<text x="{left + milliseconds * step:.1f}" y="{top + 248}" text-anchor="middle" class="small">{text}</text>'
    x = left + FRAME_MS * step
    yield f'<line x1="{x:.1f}" y1="{top + 30}" x2="{x:.1f}" y2="{top + 234}" class="due"/>'


def svg(path, out):
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    style = ("text{font-family:system-ui,sans-serif;fill:#3a4550}.title{font-size:14px;font-weight:600}"
             ".name{font-size:13px;font-weight:600}.small{font-size:11px}.axis{stroke:#9aa5b1}"
             ".due{stroke:#3a4550;stroke-dasharray:3 3}.p99{stroke:#9aa5b1}")
    # `fill` of a class would win over the attribute of the names.
    style = style.replace("fill:#3a4550}", "}") + ".title,.small{fill:#3a4550}"
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 528" role="img">',
        "<title>Frame times while tiles load: with rota, and on the main thread</title>",
        f"<style>{style}</style>",
        '<rect width="760" height="528" rx="6" fill="#fbfcfd"/>',
        *rows(data, "What a frame costs the main thread, processor time", "cost_bins", "cpu_p99_ms", 0),
        *rows(data, "From frame to frame, with all that others do on the machine", "bins", "p99_ms", 264),
        "</svg>",
    ]
    with open(out, "w", encoding="utf-8") as file:
        file.write("\n".join(parts) + "\n")
    return 0


def read_picture(data):
    """(width, height, bytes of its pixels) of a PNG or BMP."""
    if data[:2] == b"BM":
        start, width, height = struct.unpack("<I", data[10:14]) + struct.unpack("<ii", data[18:26])
        return width, abs(height), data[start:]
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        raise ValueError("neither PNG nor BMP")
    at, packed, size = 8, b"", (0, 0)
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        size = struct.unpack(">II", body[:8]) if kind == b"IHDR" else size
        packed += body if kind == b"IDAT" else b""
        at += 12 + length
    return (*size, zlib.decompress(packed))


def picture(path, width, height):
    with open(path, "rb") as file:
        is_width, is_height, pixels = read_picture(file.read())
    # A blank or one-coloured picture packs to next to nothing.
    good = (is_width, is_height) == (int(width), int(height)) and len(zlib.compress(pixels)) > len(pixels) / 20
    print(f"{'ok   ' if good else 'FAIL '} the screenshot is {is_width} x {is_height} and shows something")
    return 0 if good else 1


def main(argv):
    commands = {"check": check, "svg": svg, "picture": picture}
    if len(argv) < 2 or argv[1] not in commands:
        print(__doc__, file=sys.stderr)
        return 2
    return commands[argv[1]](*argv[2:])


if __name__ == "__main__":
    sys.exit(main(sys.argv))
