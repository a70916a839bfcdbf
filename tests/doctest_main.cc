// SPDX-License-Identifier: MIT
//
// The main function of every doctest test. Under Bazel it also writes each case's result, as JUnit XML, to the file
// named by XML_OUTPUT_FILE, which tools/test counts; doctest alone could write XML or speak to the console, not both.
#define DOCTEST_CONFIG_IMPLEMENT
#include "doctest/doctest.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace {

// Listens beside the console reporter and passes everything on to doctest's JUnit reporter, which fills a buffer. The
// file appears only when the run has ended: after a crash there is none, and Bazel writes its own.
class JunitFile : public doctest::IReporter {
 public:
  explicit JunitFile(const doctest::ContextOptions& options) : options_(redirected(options, xml_)), junit_(options_) {}

  void report_query(const doctest::QueryData& query) override { junit_.report_query(query); }
  void test_run_start() override { junit_.test_run_start(); }
  void test_run_end(const doctest::TestRunStats& stats) override {
    junit_.test_run_end(stats);
    if (const char* path = std::getenv("XML_OUTPUT_FILE")) std::ofstream(path) << xml_.str();
  }
  void test_case_start(const doctest::TestCaseData& data) override { junit_.test_case_start(data); }
  void test_case_reenter(const doctest::TestCaseData& data) override { junit_.test_case_reenter(data); }
  void test_case_end(const doctest::CurrentTestCaseStats& stats) override { junit_.test_case_end(stats); }
  void test_case_exception(const doctest::TestCaseException& error) override { junit_.test_case_exception(error); }
  void subcase_start(const doctest::SubcaseSignature& subcase) override { junit_.subcase_start(subcase); }
  void subcase_end() override { junit_.subcase_end(); }
  void log_assert(const doctest::AssertData& data) override { junit_.log_assert(data); }
  void log_message(const doctest::MessageData& data) override { junit_.log_message(data); }
  void test_case_skipped(const doctest::TestCaseData& data) override { junit_.test_case_skipped(data); }

 private:
  static doctest::ContextOptions redirected(doctest::ContextOptions options, std::ostream& to) {
    options.cout = &to;
    return options;
  }

  std::ostringstream xml_;
  doctest::ContextOptions options_;
  doctest::JUnitReporter junit_;
};

REGISTER_LISTENER("junit_file", 1, JunitFile);

}  // namespace

int main(int argc, char** argv) { return doctest::Context(argc, argv).run(); }
