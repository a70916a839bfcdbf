// SPDX-License-Identifier: MIT
#include "examples/tour/args.h"

#include <curl/curl.h>

#include <charconv>
#include <memory>
#include <string_view>
#include <system_error>

namespace tour {

const char kHelp[] =
    R"(tour: what happens when blocking and asynchronous HTTP requests meet worker threads

usage: tour [options]

  --requests N    requests of the three large experiments (500)
  --workers N     workers of the three large experiments (2)
  --delay-ms N    how long the tour's own server takes to answer (1000)
  --url URL       use this HTTP server instead of starting one
  --json          print the results as JSON and nothing else
  --svg FILE      draw the timeline: one row per request, coloured by thread
  --help          this text

Exit status: 0 when every experiment behaved as expected, 1 when one did not, 2 when the arguments make no sense, 3 when
the tour could not be made (a server that cannot be reached, too few descriptors).
)";

namespace {

// The shortest delay in which a handful of requests are sure to meet at the server.
constexpr uint32_t kMinDelayMs = 50;
constexpr uint32_t kMaxDelayMs = 60'000;
// Three experiments make this many connections each, and loopback has about 28,000 ports to connect from.
constexpr uint32_t kMaxRequests = 8'000;
constexpr uint32_t kMaxWorkers = 256;

std::string quoted(std::string_view text) {
  std::string result = "'";
  // A stray control character must not break the promise of one line.
  for (char c : text) result += static_cast<unsigned char>(c) < ' ' || c == 127 ? '?' : c;
  return result + "'";
}

uint32_t parse_number(std::string_view name, std::string_view text, uint32_t low, uint32_t high) {
  uint32_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < low || value > high) {
    throw UsageError(std::string(name) + " wants a number from " + std::to_string(low) + " to " + std::to_string(high) +
                     ", not " + quoted(text));
  }
  return value;
}

struct UrlCleanup {
  void operator()(CURLU* url) const noexcept { curl_url_cleanup(url); }
};

std::string parse_url(std::string_view text) {
  std::string copy(text);
  std::unique_ptr<CURLU, UrlCleanup> url(curl_url());
  bool good = url && curl_url_set(url.get(), CURLUPART_URL, copy.c_str(), 0) == CURLUE_OK;
  good = good && (text.starts_with("http://") || text.starts_with("https://"));
  if (!good) throw UsageError("--url wants an http:// or https:// address, not " + quoted(text));
  return copy;
}

// The words of the command line, one after the other, with --name=value split in two.
class Words {
 public:
  Words(int argc, char** argv) : argc_(argc), argv_(argv) {}

  bool next(std::string_view* name) {
    if (i_ == argc_) return false;
    std::string_view word = argv_[i_++];
    size_t equals = word.starts_with("--") ? word.find('=') : word.npos;
    has_value_ = equals != word.npos;
    value_ = has_value_ ? word.substr(equals + 1) : std::string_view();
    *name = word.substr(0, equals);
    name_ = *name;
    return true;
  }

  std::string_view value() {
    if (has_value_) return value_;
    if (i_ == argc_) throw UsageError(std::string(name_) + " wants a value");
    return argv_[i_++];
  }

  bool flag() const {
    if (has_value_) throw UsageError(std::string(name_) + " takes no value");
    return true;
  }

 private:
  const int argc_;
  char** const argv_;
  int i_ = 1;
  std::string_view name_;
  std::string_view value_;
  bool has_value_ = false;
};

}  // namespace

Args parse_args(int argc, char** argv) {
  Args args;
  bool delay_given = false;
  Words words(argc, argv);
  for (std::string_view name; words.next(&name);) {
    if (name == "--requests") {
      args.requests = parse_number(name, words.value(), 1, kMaxRequests);
    } else if (name == "--workers") {
      args.workers = parse_number(name, words.value(), 1, kMaxWorkers);
    } else if (name == "--delay-ms") {
      args.delay_ms = parse_number(name, words.value(), kMinDelayMs, kMaxDelayMs);
      delay_given = true;
    } else if (name == "--url") {
      args.url = parse_url(words.value());
    } else if (name == "--svg") {
      args.svg = words.value();
      if (args.svg.empty()) throw UsageError("--svg wants the name of a file");
    } else if (name == "--json") {
      args.json = words.flag();
    } else if (name == "--help") {
      args.help = words.flag();
    } else if (name == "--serve") {
      args.serve = words.flag();
    } else {
      throw UsageError("there is no option " + quoted(name) + " (try --help)");
    }
  }
  if (delay_given && !args.url.empty()) {
    throw UsageError("--delay-ms is for the tour's own server and cannot be used with --url");
  }
  return args;
}

}  // namespace tour
