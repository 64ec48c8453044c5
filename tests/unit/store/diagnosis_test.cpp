#include "daemon/store/diagnosis.hpp"

#include <gmock/gmock.h>

#include "tests/unit/store/fixture.hpp"

namespace morpheus {
namespace {

using testing::HasSubstr;

TEST_F(StoreTest, DiagnosisOfAHealthyDatabaseNamesItsVersionAndSize) {
  const auto findings = diagnose_database(*store_, path_);
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].level, FindingLevel::ok) << findings[0].message;
  EXPECT_THAT(findings[0].message, HasSubstr("schema version " + std::to_string(store_->schema_version())));
  EXPECT_GE(store_->schema_version(), 1);
  EXPECT_EQ(findings[1].check, "disk");
  const auto events = store_->last_events("", 10).size();
  EXPECT_EQ(events, 0U) << "nothing is written";
}

TEST_F(StoreTest, DiagnosisOfADatabaseThatWasReplacedFails) {
  std::filesystem::remove(path_);
  const auto findings = diagnose_database(*store_, path_);
  EXPECT_EQ(findings[0].level, FindingLevel::failed);
  EXPECT_THAT(findings[0].message, HasSubstr("deleted or replaced"));
  EXPECT_NE(findings[0].hint, "");
}

}  // namespace
}  // namespace morpheus
