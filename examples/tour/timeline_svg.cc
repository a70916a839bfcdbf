// SPDX-License-Identifier: MIT
#include "examples/tour/timeline_svg.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <set>
#include <string>
#include <utility>

namespace tour {
namespace {

constexpr int kColumns = 3;
constexpr double kPanelWidth = 320;
constexpr double kGap = 24;
constexpr double kMargin = 28;
constexpr double kHead = 92;        // above the panels: title and legend
constexpr double kTitle = 40;       // above the rows of a panel
constexpr double kAxis = 34;        // below them
constexpr double kLargeRows = 500;  // pixels: one for each row of a large experiment
constexpr double kSmallRows = 76;

constexpr const char* kMainColour = "#e07b28";
constexpr std::array kWorkerColours = {"#2f6db5", "#3aa58f", "#c2497e", "#8a9a2b", "#5b5f97", "#b08a2e"};
// Hundreds of threads cannot be told apart by colour; neighbours can.
constexpr std::array kPoolColours = {"#6b4ba3", "#8a6fbd", "#a78fd0", "#7d5db1", "#9a80c7", "#b8a4da"};
constexpr const char* kWaitColour = "#e8ebef";

template <typename... Values>
std::string format(const char* pattern, Values... values) {
  char text[600];
  std::snprintf(text, sizeof text, pattern, values...);
  return text;
}

const char* colour(Lane lane) {
  switch (lane.kind) {
    case Lane::kMain:
      return kMainColour;
    case Lane::kWorker:
      return kWorkerColours[lane.index % kWorkerColours.size()];
    case Lane::kBlocking:
      return kPoolColours[lane.index % kPoolColours.size()];
  }
  return kMainColour;
}

bool is_large(const Result& result) { return result.requests.size() > 8; }

// A round distance between ticks that puts three to six of them on the axis.
double tick_step(double range) {
  double step = std::pow(10, std::floor(std::log10(range / 3)));
  for (double factor : {5.0, 2.5, 2.0}) {
    if (step * factor <= range / 3) return step * factor;
  }
  return step;
}

// Where and at what scale a panel is drawn. Times are in multiples of the delay.
struct Frame {
  double x, y, height, range;
  double at(double multiple) const { return x + std::min(multiple / range, 1.0) * kPanelWidth; }
};

class Panel {
 public:
  Panel(std::ostream& out, const Result& result, Frame frame) : out_(out), result_(result), frame_(frame) {}

  void draw() {
    draw_title();
    draw_axis();
    draw_rows();
  }

 private:
  void draw_title() {
    out_ << format("<text class=\"t\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", frame_.x, frame_.y + 14,
                   result_.experiment.id);
    out_ << format("<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%.2fx</text>\n",
                   result_.ok() ? "n" : "n bad", frame_.x + kPanelWidth, frame_.y + 14, result_.multiple());
    out_ << format("<text class=\"s\" x=\"%.1f\" y=\"%.1f\">%u in flight, %u %s</text>\n", frame_.x, frame_.y + 30,
                   result_.max_in_flight, result_.threads, result_.threads == 1 ? "thread" : "threads");
    out_ << format("<text class=\"s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">delay %.4g ms%s</text>\n",
                   frame_.x + kPanelWidth, frame_.y + 30, result_.experiment.delay_ms,
                   result_.ok() ? "" : ", not as expected");
  }

  void draw_axis() {
    double top = frame_.y + kTitle;
    double bottom = top + frame_.height;
    double step = tick_step(frame_.range);
    for (int i = 0; i * step <= frame_.range; ++i) {
      double x = frame_.at(i * step);
      out_ << format("<path class=\"g\" d=\"M%.1f %.1fV%.1f\"/>", x, top, bottom + 4);
      out_ << format("<text class=\"a\" x=\"%.1f\" y=\"%.1f\">%gx</text>\n", x, bottom + 17, i * step);
    }
  }

  void draw_rows() {
    std::vector<const Request*> rows;
    for (const Request& request : result_.requests) rows.push_back(&request);
    std::sort(rows.begin(), rows.end(),
              [](const Request* a, const Request* b) { return std::pair(a->began_ns, a) < std::pair(b->began_ns, b); });
    double pitch = frame_.height / static_cast<double>(rows.size());
    double height = is_large(result_) ? pitch : pitch * 0.72;
    for (size_t i = 0; i < rows.size(); ++i) {
      const Request& request = *rows[i];
      double y = frame_.y + kTitle + static_cast<double>(i) * pitch + (pitch - height) / 2;
      double queued = frame_.at(multiple(request.queued_ns));
      double began = frame_.at(multiple(request.began_ns));
      double ended = frame_.at(multiple(request.ended_ns));
      if (began - queued > 1) {
        out_ << format("<path fill=\"%s\" d=\"M%.1f %.2fH%.1fv%.2fH%.1fz\"/>", kWaitColour, queued, y, began, height,
                       queued);
      }
      out_ << format("<rect class=\"r\" x=\"%.1f\" y=\"%.2f\" width=\"%.1f\" height=\"%.2f\" fill=\"%s\"/>\n", began, y,
                     std::max(ended - began, 1.0), height,
                     request.error.empty() ? colour(request.ended_on) : "#d11a2a");
    }
  }

  double multiple(uint64_t time_ns) const {
    if (time_ns < result_.began_ns) return 0;
    return static_cast<double>(time_ns - result_.began_ns) / 1e6 / result_.experiment.delay_ms;
  }

  std::ostream& out_;
  const Result& result_;
  const Frame frame_;
};

class Legend {
 public:
  Legend(std::ostream& out, double x, double y) : out_(out), x_(x), y_(y) {}

  void add(const std::string& label, std::initializer_list<const char*> colours) {
    for (const char* fill : colours) {
      out_ << format("<path fill=\"%s\" d=\"M%.1f %.1fh%dv11h-%dz\"/>", fill, x_, y_ - 10, 11, 11);
      x_ += 11;
    }
    out_ << format("<text class=\"s\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", x_ + 6, y_, label.c_str());
    x_ += 26 + 6.4 * static_cast<double>(label.size());
  }

 private:
  std::ostream& out_;
  double x_;
  const double y_;
};

void draw_legend(std::ostream& out, const std::vector<Result>& results) {
  std::set<Lane> lanes;
  for (const Result& result : results) {
    for (const Request& request : result.requests) lanes.insert(request.ended_on);
  }
  Legend legend(out, kMargin, 68);
  bool pool = false;
  size_t workers = 0;
  for (Lane lane : lanes) {
    if (lane.kind == Lane::kMain) legend.add("main thread", {kMainColour});
    // The colours repeat after the last: one name for each is all there is to say.
    if (lane.kind == Lane::kWorker && workers++ < kWorkerColours.size()) {
      legend.add("worker " + std::to_string(lane.index), {colour(lane)});
    }
    pool = pool || lane.kind == Lane::kBlocking;
  }
  if (pool) legend.add("blocking pool", {kPoolColours[0], kPoolColours[1], kPoolColours[2]});
  legend.add("waits for a thread", {kWaitColour});
}

// Small experiments share one scale, so that 1x and 2x can be compared; each large one has its own.
double range_of(const Result& result, const std::vector<Result>& results) {
  double range = is_large(result) ? std::max(result.multiple(), 1.15) : 2.2;
  if (!is_large(result)) {
    for (const Result& other : results) range = is_large(other) ? range : std::max(range, other.multiple());
  }
  return range * 1.02;
}

constexpr char kStyle[] =
    "<style>text{font-family:system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif;fill:#24292f}"
    ".h{font-size:18px;font-weight:600}.t{font-size:14px;font-weight:600}.n{font-size:14px}.bad{fill:#d11a2a}"
    ".s{font-size:12px;fill:#57606a}.a{font-size:11px;fill:#57606a;text-anchor:middle}"
    ".g{stroke:#d0d7de;stroke-width:1;fill:none}.r{shape-rendering:crispEdges}</style>\n";

}  // namespace

void write_timeline(std::ostream& out, const std::vector<Result>& results) {
  // Rows of panels as high as their highest.
  std::vector<Frame> frames;
  double y = kHead;
  double row_height = 0;
  for (size_t i = 0; i < results.size(); ++i) {
    if (i % kColumns == 0) {
      y += i == 0 ? 0 : kTitle + row_height + kAxis;
      row_height = 0;
    }
    double height = is_large(results[i]) ? kLargeRows : kSmallRows;
    row_height = std::max(row_height, height);
    frames.push_back(
        {kMargin + static_cast<double>(i % kColumns) * (kPanelWidth + kGap), y, height, range_of(results[i], results)});
  }
  double width = 2 * kMargin + kColumns * kPanelWidth + (kColumns - 1) * kGap;
  double height = y + kTitle + row_height + kAxis + 8;

  out << format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\" "
      "role=\"img\" aria-label=\"Timeline of the rota tour\">\n",
      width, height, width, height);
  out << kStyle << format("<path fill=\"#ffffff\" d=\"M0 0H%.0fV%.0fH0z\"/>\n", width, height);
  out << format(
      "<text class=\"h\" x=\"%.0f\" y=\"36\">HTTP requests over time, by the thread that carried them</text>\n",
      kMargin);
  out << format(
      "<text class=\"s\" x=\"%.0f\" y=\"36\" text-anchor=\"end\">one row is one request, time is in multiples "
      "of the delay</text>\n",
      width - kMargin);
  draw_legend(out, results);
  for (size_t i = 0; i < results.size(); ++i) Panel(out, results[i], frames[i]).draw();
  out << "</svg>\n";
}

}  // namespace tour
