#include "daemon/provider/local/local_provider.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "tests/unit/provider/local_forest.hpp"

// Waits in real time: real nats-servers start, elect and resign by their own clocks.

namespace morpheus {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

class LocalProviderTest : public testing::Test, public LocalForest {
 protected:
  std::filesystem::path conf(const std::string& name) const { return machine_path(name) / "nats.conf"; }
};

TEST_F(LocalProviderTest, CreatedMachineAnswersAtItsAddressUnderItsName) {
  const auto made = create("f-node-1");
  ASSERT_TRUE(made) << describe(made.error());
  EXPECT_EQ(made->name, "f-node-1");
  EXPECT_EQ(made->id, "local/f-node-1");
  EXPECT_EQ(made->intent, "intent of f-node-1");
  EXPECT_TRUE(made->running);
  EXPECT_EQ(made->capacity.cores, 2);
  EXPECT_EQ(made->capacity.memory_bytes, std::int64_t{512} << 20);
  EXPECT_TRUE(eventually(
      [&] { return member(get_json(made->address, 8222, "/varz"), "server_name") == "f-node-1"; }));
  EXPECT_EQ(member(get_json(made->address, 8222, "/varz"), "gomaxprocs"), 2);
}

TEST_F(LocalProviderTest, SameIntentAgainAdoptsTheProcessThatIsThere) {
  const auto first = create("f-node-1");
  ASSERT_TRUE(first) << describe(first.error());
  const auto before = servers_with(conf("f-node-1"));
  ASSERT_THAT(before, SizeIs(1));
  const auto again = create("f-node-1");
  ASSERT_TRUE(again) << describe(again.error());
  EXPECT_EQ(servers_with(conf("f-node-1")), before);
  EXPECT_EQ(again->address, first->address);
}

TEST_F(LocalProviderTest, OtherIntentIsAConflictAndLeavesTheMachineAlone) {
  ASSERT_TRUE(create("f-node-1"));
  auto spec = spec_of("f-node-1");
  spec.intent = "another";
  const auto other = run(provider().create(spec));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::conflict);
  EXPECT_THAT(servers_with(conf("f-node-1")), SizeIs(1));
}

TEST_F(LocalProviderTest, KilledServerIsSeenAsDownAndComesBackWithItsData) {
  ASSERT_TRUE(create("f-node-1", true));
  ASSERT_TRUE(publish_one("f-node-1"));
  for (const pid_t pid : servers_with(conf("f-node-1"))) ::kill(pid, SIGKILL);
  EXPECT_TRUE(eventually([&] {
    const auto found = run(provider().find("f-node-1"));
    return found && *found && !(*found)->running;
  }));
  const auto again = create("f-node-1", true);
  ASSERT_TRUE(again) << describe(again.error());
  EXPECT_TRUE(eventually([&] { return messages_in("f-node-1") == 1; }));
}

TEST_F(LocalProviderTest, DestroyEndsEverythingAndCanBeRepeated) {
  const auto made = create("f-node-1", true);
  ASSERT_TRUE(made) << describe(made.error());
  const auto witness = machine_path("f-node-1") / "witness.conf";
  ASSERT_THAT(servers_with(witness), SizeIs(1));
  EXPECT_TRUE(run(provider().destroy("f-node-1")));
  EXPECT_THAT(servers_with(conf("f-node-1")), SizeIs(0));
  EXPECT_THAT(servers_with(witness), SizeIs(0));
  EXPECT_FALSE(std::filesystem::exists(machine_path("f-node-1")));
  EXPECT_TRUE(is_free(made->address));
  EXPECT_THAT(*run(provider().list("f")), SizeIs(0));
  EXPECT_TRUE(run(provider().destroy("f-node-1")));
  EXPECT_FALSE(*run(provider().find("f-node-1")));
}

TEST_F(LocalProviderTest, StoppedServerIsDestroyedToo) {
  ASSERT_TRUE(create("f-node-1"));
  for (const pid_t pid : servers_with(conf("f-node-1"))) ::kill(pid, SIGSTOP);
  EXPECT_TRUE(run(provider().destroy("f-node-1")));
  EXPECT_THAT(servers_with(conf("f-node-1")), SizeIs(0));
}

TEST_F(LocalProviderTest, DrainEndsAServerWithoutClients) {
  const auto made = create("f-node-1");
  ASSERT_TRUE(made);
  ASSERT_TRUE(eventually([&] { return get_json(made->address, 8222, "/varz").has_value(); }));
  EXPECT_TRUE(run(provider().drain("f-node-1")));
  EXPECT_TRUE(eventually([&] { return !(*run(provider().find("f-node-1")))->running; }));
}

TEST_F(LocalProviderTest, MachineOutlivesItsCreatorAndIsAdoptedByTheNextDaemon) {
  const pid_t daemon = ::fork();
  ASSERT_GE(daemon, 0);
  if (daemon == 0) {
    const auto made = create("f-node-1");
    ::_exit(made ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(daemon, &status, 0), daemon);
  ASSERT_EQ(status, 0);
  const auto before = servers_with(conf("f-node-1"));
  ASSERT_THAT(before, SizeIs(1));
  const auto found = run(provider().find("f-node-1"));
  ASSERT_TRUE(found && *found);
  EXPECT_TRUE((*found)->running);
  ASSERT_TRUE(create("f-node-1"));
  EXPECT_EQ(servers_with(conf("f-node-1")), before);
  EXPECT_TRUE(run(provider().destroy("f-node-1")));
  EXPECT_THAT(servers_with(conf("f-node-1")), SizeIs(0));
}

TEST_F(LocalProviderTest, ServerInheritsNothingButItsLockAndNoEnvironment) {
  ::setenv("HCLOUD_TOKEN", "secret", 1);
  const int inherited = ::open("/dev/null", O_RDONLY);  // without O_CLOEXEC, as a library might
  ASSERT_TRUE(create("f-node-1"));
  ::close(inherited);
  ::unsetenv("HCLOUD_TOKEN");
  const auto servers = servers_with(conf("f-node-1"));
  ASSERT_THAT(servers, SizeIs(1));
  const auto proc = std::filesystem::path("/proc") / std::to_string(servers.front());
  std::ifstream in(proc / "environ");
  const std::string environment(std::istreambuf_iterator<char>(in), {});
  EXPECT_THAT(environment, HasSubstr("GOMAXPROCS=2"));
  EXPECT_THAT(environment, Not(HasSubstr("HCLOUD_TOKEN")));
  EXPECT_EQ(std::filesystem::read_symlink(proc / "fd" / "3"), machine_path("f-node-1") / "lock");
  EXPECT_EQ(::getsid(servers.front()), servers.front());
  for (const auto& entry : std::filesystem::directory_iterator(proc / "fd")) {
    std::error_code gone;
    const auto target = std::filesystem::read_symlink(entry.path(), gone);
    EXPECT_TRUE(entry.path().filename() == "0" || target != "/dev/null");
  }
}

TEST_F(LocalProviderTest, LeftoversOfACrashAreSwept) {
  const auto root = state_dir() / "local";
  std::filesystem::create_directories(root / ".tmp-abc" / "data");
  std::filesystem::create_directories(root / ".trash-def" / "data");
  std::ofstream(root / ".tmp-abc" / "nats.conf") << "half";
  ASSERT_TRUE(create("f-node-1"));
  const LocalProvider next(clock(), state_dir(), installation(), config());
  EXPECT_FALSE(std::filesystem::exists(root / ".tmp-abc"));
  EXPECT_FALSE(std::filesystem::exists(root / ".trash-def"));
  EXPECT_TRUE(std::filesystem::exists(conf("f-node-1")));
}

TEST_F(LocalProviderTest, MissingProgramNamesTheKeyAndLeavesAMachineThatDestroyRemoves) {
  auto broken = config();
  broken.nats_server = "/nowhere/nats-server";
  LocalProvider provider_without(clock(), state_dir(), installation(), broken);
  const auto made = run(provider_without.create(spec_of("f-node-1")));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::failed);
  EXPECT_THAT(made.error().message, HasSubstr("/nowhere/nats-server"));
  EXPECT_THAT(made.error().hint, HasSubstr("local.nats_server"));
  const auto found = run(provider_without.find("f-node-1"));
  ASSERT_TRUE(found && *found);
  EXPECT_FALSE((*found)->running);
  EXPECT_TRUE(run(provider_without.destroy("f-node-1")));
  EXPECT_FALSE(std::filesystem::exists(machine_path("f-node-1")));
}

TEST_F(LocalProviderTest, ServerThatEndsAtOnceIsReportedWithItsLastWords) {
  auto broken = config();
  broken.nats_server = "/bin/false";
  LocalProvider provider_of_false(clock(), state_dir(), installation(), broken);
  const auto made = run(provider_of_false.create(spec_of("f-node-1")));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::failed);
  EXPECT_THAT(made.error().hint, HasSubstr("nats.log"));
}

TEST_F(LocalProviderTest, ConfigurationIsReadableByItsOwnerAlone) {
  ASSERT_TRUE(create("f-node-1", true));
  for (const char* file : {"nats.conf", "witness.conf"}) {
    const auto mode = std::filesystem::status(machine_path("f-node-1") / file).permissions();
    EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write) << file;
  }
}

TEST_F(LocalProviderTest, ReservedAddressIsListedWithoutAnIdUntilItsMachineComes) {
  const auto address = run(provider().reserve_address("f", "f-node-1"));
  ASSERT_TRUE(address) << describe(address.error());
  EXPECT_FALSE(*run(provider().find("f-node-1")));
  auto listed = run(provider().list("f"));
  ASSERT_TRUE(listed);
  ASSERT_THAT(*listed, SizeIs(1));
  EXPECT_EQ(listed->front().id, "");
  EXPECT_EQ(listed->front().address, *address);
  EXPECT_THAT(*run(provider().list("g")), SizeIs(0));
  auto spec = spec_of("f-node-1");
  spec.address = *address;
  ASSERT_TRUE(run(provider().create(spec)));
  listed = run(provider().list("f"));
  ASSERT_THAT(*listed, SizeIs(1));
  EXPECT_EQ(listed->front().id, "local/f-node-1");
  EXPECT_EQ(listed->front().address, *address);
}

TEST_F(LocalProviderTest, MachinesOfAnotherInstallationAreNeitherSeenNorTouched) {
  ASSERT_TRUE(create("f-node-1"));
  LocalProvider stranger(clock(), state_dir(), "another id", config());
  EXPECT_FALSE(*run(stranger.find("f-node-1")));
  EXPECT_THAT(*run(stranger.list("f")), SizeIs(0));
  EXPECT_TRUE(run(stranger.destroy("f-node-1")));
  EXPECT_THAT(servers_with(conf("f-node-1")), SizeIs(1));
  const auto made = run(stranger.create(spec_of("f-node-1")));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::conflict);
}

TEST_F(LocalProviderTest, NamesThatAreNoDirectoryNamesAreRefused) {
  for (const std::string name : {"", ".", "..", ".tmp-x", "a/b", "../x"}) {
    EXPECT_EQ(run(provider().create(spec_of(name))).error().code, ErrorCode::invalid) << name;
    EXPECT_EQ(run(provider().destroy(name)).error().code, ErrorCode::invalid) << name;
    EXPECT_EQ(run(provider().reserve_address("f", name)).error().code, ErrorCode::invalid) << name;
  }
}

TEST_F(LocalProviderTest, RetiredWitnessIsEndedAndNeverStartedAgain) {
  ASSERT_TRUE(create("f-node-1", true));
  const auto witness = machine_path("f-node-1") / "witness.conf";
  ASSERT_THAT(servers_with(witness), SizeIs(1));
  const auto retired = run(provider().retire_witness("f-node-1"));
  ASSERT_TRUE(retired) << describe(retired.error());
  EXPECT_TRUE(*retired);
  EXPECT_THAT(servers_with(witness), SizeIs(0));
  EXPECT_FALSE(std::filesystem::exists(witness));
  ASSERT_TRUE(create("f-node-1", true));
  EXPECT_THAT(servers_with(witness), SizeIs(0));
  EXPECT_THAT(servers_with(conf("f-node-1")), SizeIs(1));
  EXPECT_TRUE(*run(provider().retire_witness("f-node-1")));
}

}  // namespace
}  // namespace morpheus
