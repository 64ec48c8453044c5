#include "daemon/metrics/exposition.hpp"

#include <gtest/gtest.h>

#include "daemon/metrics/process.hpp"

namespace morpheus {
namespace {

TEST(Exposition, AFamilyIsTypedOnceAndItsSamplesStandTogether) {
  Exposition out;
  out.gauge("a_ratio", "First.", 0.25, {{"node", "n1"}});
  out.counter("b_total", "Second.", 3);
  out.gauge("a_ratio", "First.", 1, {{"node", "n2"}});
  EXPECT_EQ(out.text(),
            "# HELP a_ratio First.\n# TYPE a_ratio gauge\na_ratio{node=\"n1\"} 0.25\na_ratio{node=\"n2\"} 1\n"
            "# HELP b_total Second.\n# TYPE b_total counter\nb_total 3\n");
}

TEST(Exposition, WhatIsUnknownIsNotThere) {
  Exposition out;
  out.gauge("a_ratio", "First.", std::nullopt);
  EXPECT_EQ(out.text(), "");
}

TEST(Exposition, LabelsAreEscaped) {
  Exposition out;
  out.gauge("a", "First.", 1, {{"version", "a\"b\\c\nd"}});
  EXPECT_EQ(out.text(), "# HELP a First.\n# TYPE a gauge\na{version=\"a\\\"b\\\\c\\nd\"} 1\n");
}

TEST(Exposition, LargeAndSmallNumbersKeepTheirDigits) {
  Exposition out;
  out.gauge("a", "First.", 1764000000.123);
  out.gauge("b", "Second.", 9007199254740991);
  const auto text = out.text();
  EXPECT_NE(text.find("a 1764000000.123"), std::string::npos) << text;
  EXPECT_NE(text.find("b 9007199254740991\n"), std::string::npos) << text;
}

TEST(ProcessUse, IsThisProcess) {
  const ProcessUse use = process_use();
  EXPECT_GT(use.cpu_seconds.value(), 0);
  EXPECT_GT(use.resident_bytes.value(), 1 << 20);
  EXPECT_GE(use.open_descriptors.value(), 3);
}

}  // namespace
}  // namespace morpheus
