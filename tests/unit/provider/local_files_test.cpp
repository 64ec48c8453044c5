#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>

#include "daemon/provider/local/address_pool.hpp"
#include "daemon/provider/local/machine_dir.hpp"
#include "tests/tools/temp_dir.hpp"

namespace morpheus {
namespace {

using testing::HasSubstr;

// The files that local machines consist of, damaged or forged.
class LocalFiles : public testing::Test {
 protected:
  void write_record(const std::string& text) const {
    std::filesystem::create_directories(dir_ / "oak-node-1");
    std::ofstream(dir_ / "oak-node-1/machine.json", std::ios::trunc) << text;
  }
  static std::string record(const std::string& name, const std::string& more = "") {
    return R"({"name":")" + name + R"(","forest":"oak","intent":"i","controller":"c","address":"127.16.0.1","witness":false)" + more + "}";
  }
  MachineDirs machines() const { return MachineDirs(dir_.path()); }

  TempDir dir_;
};

TEST_F(LocalFiles, AMachinesRecordIsReadWithUnknownAndMissingOptionalFields) {
  write_record(record("oak-node-1", R"(,"later":{"deep":[1]},"off":true)"));
  const auto read = machines().machine("oak-node-1").read();
  ASSERT_TRUE(read) << describe(read.error());
  EXPECT_TRUE((*read)->off);
  EXPECT_EQ((*read)->boot, "");
}

TEST_F(LocalFiles, ADamagedRecordIsAnErrorThatNamesFileAndField) {
  for (const auto& [text, why] : std::vector<std::pair<std::string, std::string>>{
           {"", "empty"},
           {"{", "not JSON"},
           {"[]", "is an array, not an object"},
           {R"({"name":1})", "name is a whole number, not text"},
           {R"({"name":"oak-node-1"})", "forest is missing"},
           {record("oak-node-1", R"(,"off":"yes")"), "off is text, not true or false"},
           {record("o\xFC"), "not valid UTF-8"},
           {record("../../x"), "it is of another machine, ../../x"},
           {record("oak-node-2"), "it is of another machine"},
           {std::string(100'000, '['), "larger than"},
           {std::string(1'000, '[') + std::string(1'000, ']'), "nested deeper"}}) {
    write_record(text);
    const auto read = machines().machine("oak-node-1").read();
    ASSERT_FALSE(read) << text;
    EXPECT_THAT(read.error().message, HasSubstr(why));
    EXPECT_THAT(read.error().message, HasSubstr("machine.json"));
  }
}

TEST_F(LocalFiles, ARecordThatIsNoFileIsAnError) {
  std::filesystem::create_directories(dir_ / "oak-node-1/machine.json");
  EXPECT_THAT(machines().machine("oak-node-1").read().error().message, HasSubstr("no regular file"));
  std::filesystem::create_directories(dir_ / "oak-node-2");
  ASSERT_EQ(::mkfifo((dir_ / "oak-node-2/machine.json").c_str(), 0600), 0);
  EXPECT_THAT(machines().machine("oak-node-2").read().error().message, HasSubstr("no regular file"));
}

TEST_F(LocalFiles, ANameThatLeadsElsewhereIsNoMachine) {
  for (const char* name : {"../x", "..", "/etc", ""}) EXPECT_THROW(machines().machine(name), std::invalid_argument) << name;
  std::filesystem::create_directories(dir_ / "not a machine");
  std::filesystem::create_directories(dir_ / "oak-node-1");
  EXPECT_THAT(machines().names().value(), testing::ElementsAre("oak-node-1"));
}

TEST_F(LocalFiles, AReservationThatIsDamagedIsNobodys) {
  for (const char* text : {"", "{", "[]", "{}", R"({"controller":1,"forest":"oak","machine":"m"})", R"({"controller":"c","forest":"oak"})",
                           "{\"controller\":\"\xFF\",\"forest\":\"oak\",\"machine\":\"m\"}"}) {
    EXPECT_FALSE(parse_reservation("127.16.0.1", text)) << text;
  }
  EXPECT_FALSE(parse_reservation("127.16.0.1", std::string(100'000, '[')));
  const auto good = parse_reservation("127.16.0.1", R"({"controller":"c","forest":"oak","machine":"m"})");
  ASSERT_TRUE(good);
  EXPECT_EQ(good->address, "127.16.0.1");
}

}  // namespace
}  // namespace morpheus
