#include "daemon/provider/hetzner/hetzner_provider.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fstream>
#include <functional>
#include <map>

#include "daemon/provider/hetzner/claim_label.hpp"
#include "daemon/runtime/system_clock.hpp"
#include "tests/tools/fake_cloud.hpp"

namespace morpheus::hetzner {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

constexpr std::chrono::seconds limit{60};
constexpr const char* public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ3Yk2mYbJfXn0VpLbmxUdiQ1XcmvVvZ9tqg0zXhKpWm op";

// Acts until it is superseded.
class OneOfTwo : public Acting {
 public:
  Claim claim{3, "a1"};
  std::optional<Claim> other;

  Result<Claim> own() const override {
    if (other) return Error{ErrorCode::refused, "retired", ""};
    return claim;
  }
  Error supersede(const Claim& by) override {
    other = by;
    return Error{ErrorCode::superseded, "another daemon acts", ""};
  }
};

// What was put right, in order.
class RepairList : public Repairs {
 public:
  std::vector<std::string> all;

  void put_right(const std::string& forest, const std::string& what) override { all.push_back(forest + ": " + what); }
};

// A clock that can be set forward.
class LaterClock : public SystemClock {
 public:
  Millis later{0};
  BootTime boot() const override { return SystemClock::boot() + later; }
  asio::awaitable<void> sleep_until(BootTime deadline) override { co_return co_await SystemClock::sleep_until(deadline - later); }
};

// The provider by itself, on a fake of the API whose servers run nothing.
class HetznerTest : public testing::Test {
 protected:
  explicit HetznerTest(const std::string& action_seconds = "0.1") : cloud_({"--machines", "none", "--action-seconds", action_seconds}) {
    settings_.hetzner.server_types = {"cx23"};
    settings_.hetzner.locations = {"fsn1"};
    settings_.security.admin_cidrs = {"192.0.2.0/24"};
  }

  // As after a start of the daemon: it knows nothing.
  void restart() {
    provider_.reset();
    client_ = std::make_unique<ApiClient>(loop_.get_executor(), *parse_endpoint(cloud_.endpoint()), "token");
    provider_ = std::make_unique<HetznerProvider>(loop_.get_executor(), clock_, *client_, "0123456789abcdef", settings_, acting_, repairs_);
  }

  template <class T>
  std::vector<T> run_all(std::vector<asio::awaitable<T>> work) {
    std::vector<std::optional<T>> results(work.size());
    for (std::size_t i = 0; i < work.size(); ++i) {
      asio::co_spawn(loop_, std::move(work[i]), [&results, i](std::exception_ptr error, T value) {
        if (error) std::rethrow_exception(error);
        results[i] = std::move(value);
      });
    }
    loop_.restart();
    const auto ended = [](const std::optional<T>& each) { return each.has_value(); };
    while (!std::ranges::all_of(results, ended) && loop_.run_one_for(limit) > 0) {
    }
    std::vector<T> values;
    for (auto& each : results) values.push_back(std::move(each.value()));
    return values;
  }

  template <class T>
  T run(asio::awaitable<T> work) {
    std::vector<asio::awaitable<T>> one;
    one.push_back(std::move(work));
    return std::move(run_all(std::move(one)).front());
  }

  static MachineSpec spec(int number, const std::string& address) {
    MachineSpec spec;
    spec.name = fmt::format("oak-node-{}", number);
    spec.forest = "oak";
    spec.intent = fmt::format("intent{}", number);
    spec.address = address;
    spec.image.forest = "oak";
    spec.image.node = spec.image.server_name = spec.name;
    spec.image.index = number;
    return spec;
  }

  // Nodes first..last, at once.
  std::vector<Result<Machine>> create(int first, int last) {
    std::vector<asio::awaitable<Result<std::string>>> reservations;
    for (int i = first; i <= last; ++i) reservations.push_back(provider_->reserve_address("oak", fmt::format("oak-node-{}", i)));
    const auto addresses = run_all(std::move(reservations));
    EXPECT_TRUE(run(provider_->enclose("oak", {})));
    std::vector<asio::awaitable<Result<Machine>>> creations;
    for (int i = first; i <= last; ++i) creations.push_back(provider_->create(spec(i, *addresses[static_cast<std::size_t>(i - first)])));
    return run_all(std::move(creations));
  }

  // Through the API, as another daemon or an operator does it.
  void label_firewall(const json& labels) const {
    const json body{{"labels", labels}};
    const auto path = cloud_.endpoint() + "/firewalls/" + cloud_.state()["firewalls"][0]["id"].dump();
    const auto done = run_command({"/usr/bin/curl", "-sf", "-X", "PUT", "-H", "Content-Type: application/json", "-H", "Authorization: Bearer token",
                                   "-d", body.dump(), path});
    ASSERT_EQ(done.status, 0) << done.out << done.err;
  }
  json firewall_labels() const { return cloud_.state()["firewalls"][0]["labels"]; }
  void let_the_look_expire() { clock_.later += Fence::look_counts; }

  std::vector<json> calls(const std::string& method, const std::string& path) const {
    auto lines = cloud_.journal();
    std::erase_if(lines, [&](const json& line) { return line["method"] != method || line["path"] != path; });
    return lines;
  }

  // Servers of each placement group.
  std::vector<std::size_t> groups() const {
    std::vector<std::size_t> sizes;
    const auto state = cloud_.state();
    for (const auto& group : state["placement_groups"]) sizes.push_back(group["servers"].size());
    return sizes;
  }

  FakeCloud cloud_;
  Settings settings_;
  LaterClock clock_;
  OneOfTwo acting_;
  RepairList repairs_;
  asio::io_context loop_;
  std::unique_ptr<ApiClient> client_;
  std::unique_ptr<HetznerProvider> provider_;
};

class SlowHetznerTest : public HetznerTest {
 protected:
  SlowHetznerTest() : HetznerTest("4") {}
};

TEST_F(HetznerTest, PlacementGroupsHoldTenMachinesEach) {
  restart();
  for (const auto& made : create(1, 12)) EXPECT_TRUE(made) << made.error().message;
  EXPECT_THAT(groups(), ElementsAre(10, 2));
  restart();
  for (const auto& made : create(13, 21)) EXPECT_TRUE(made) << made.error().message;
  EXPECT_THAT(groups(), ElementsAre(10, 10, 1)) << "what was there is counted";
  EXPECT_TRUE(run(provider_->destroy("oak-node-3")));
  for (const auto& made : create(22, 22)) EXPECT_TRUE(made) << made.error().message;
  EXPECT_THAT(groups(), ElementsAre(10, 10, 1)) << "room that was left is taken first";
}

TEST_F(HetznerTest, AGroupThatSomebodyDeletedIsMadeAgain) {
  restart();
  for (const auto& made : create(1, 11)) EXPECT_TRUE(made) << made.error().message;
  for (int i = 1; i <= 10; ++i) EXPECT_TRUE(run(provider_->destroy(fmt::format("oak-node-{}", i))));
  const auto first = cloud_.state()["placement_groups"][0]["id"].dump();
  const auto deleted = run_command({"/usr/bin/curl", "-sf", "-X", "DELETE", "-H", "Authorization: Bearer token", cloud_.endpoint() + "/placement_groups/" + first});
  ASSERT_EQ(deleted.status, 0) << deleted.err;
  restart();
  for (const auto& made : create(12, 22)) EXPECT_TRUE(made) << made.error().message;
  EXPECT_THAT(groups(), testing::UnorderedElementsAre(10, 2));
}

TEST_F(HetznerTest, KeysAreFoundByNameOrFingerprintAndAPublicKeyIsUploadedOnce) {
  const TempDir dir;
  std::ofstream(dir / "key.pub") << public_key << "\n";
  for (const char* name : {"laptop", "desk"}) {
    ASSERT_EQ(run_command({"/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", dir / name}).status, 0);
    const json body{{"name", name}, {"public_key", read_text(dir / (std::string(name) + ".pub"))}};
    ASSERT_EQ(run_command({"/usr/bin/curl", "-sf", "--json", body.dump(), "-H", "Authorization: Bearer token", cloud_.endpoint() + "/ssh_keys"}).status, 0);
  }
  const auto known = cloud_.state()["ssh_keys"];
  settings_.hetzner.ssh_keys = {"laptop", known[1]["fingerprint"], public_key, dir / "key.pub"};
  restart();
  for (const auto& made : create(1, 3)) EXPECT_TRUE(made) << made.error().message;
  EXPECT_EQ(cloud_.count("ssh_keys"), 3) << "one was uploaded, by three machines at once and in two forms";
  const auto uploaded = cloud_.state()["ssh_keys"][2]["id"];
  const auto creations = calls("POST", "/servers");
  ASSERT_THAT(creations, SizeIs(3));
  for (const auto& call : creations) {
    EXPECT_THAT(call["body"]["ssh_keys"], testing::UnorderedElementsAre(known[0]["id"], known[1]["id"], uploaded));
  }
  settings_.hetzner.ssh_keys = {"nobodys"};
  restart();
  const auto refused = run(provider_->offer());
  ASSERT_FALSE(refused);
  EXPECT_THAT(describe(refused.error()), HasSubstr("it has laptop, desk"));
}

TEST_F(SlowHetznerTest, ActionsAreAskedAboutTogetherAndEverMoreSlowly) {
  restart();
  for (const auto& made : create(1, 6)) EXPECT_TRUE(made) << made.error().message;
  const auto asked = calls("GET", "/actions");
  ASSERT_GE(asked.size(), 3U);
  EXPECT_LE(asked.size(), 6U) << "six machines, four seconds";
  const std::string last = asked.back()["query"];
  EXPECT_EQ(std::ranges::count(last, '='), 6) << last;
  const auto second = asked[1]["time"].get<double>() - asked[0]["time"].get<double>();
  const auto third = asked[2]["time"].get<double>() - asked[1]["time"].get<double>();
  EXPECT_GT(third, second * 1.2);
  EXPECT_TRUE(calls("GET", "/servers").size() < 12U) << "no call a server while it is waited for";
}

TEST_F(HetznerTest, AllPagesOfAListAreRead) {
  restart();
  for (const auto& made : create(1, 1)) EXPECT_TRUE(made) << made.error().message;
  auto labels = cloud_.state()["servers"][0]["labels"];
  labels["morpheus-controller"] = "ff";
  cloud_.tell("seed", {{"servers", 120}, {"name", "theirs"}, {"labels", labels}});
  const auto inventory = run(provider_->inventory(Purpose::acting));
  ASSERT_TRUE(inventory) << inventory.error().message;
  EXPECT_THAT(inventory->own, SizeIs(1));
  EXPECT_THAT(inventory->others, SizeIs(120));
  EXPECT_THAT(*run(provider_->list("oak")), SizeIs(1));
}

TEST_F(HetznerTest, TheConfiguredLocationsAreNeverLeft) {
  cloud_.tell("availability", {{"server_type", "cx23"}, {"location", "fsn1"}, {"available", "lies"}});
  restart();
  for (int tries = 0; tries < 3; ++tries) {
    for (const auto& made : create(1, 2)) {
      ASSERT_FALSE(made);
      EXPECT_EQ(made.error().code, ErrorCode::unavailable) << made.error().message;
      EXPECT_THAT(made.error().message, HasSubstr("sold out"));
    }
  }
  EXPECT_EQ(cloud_.count("servers"), 0);
  EXPECT_LE(calls("POST", "/servers").size(), 2U) << "a pair that was sold out is left alone";
}

TEST_F(HetznerTest, AnArmMachineHasAnArmImageAndDownload) {
  settings_.hetzner.server_types = {"cax11"};
  restart();
  const auto made = create(1, 1);
  ASSERT_TRUE(made[0]) << made[0].error().message;
  EXPECT_EQ(cloud_.state()["servers"][0]["image"]["architecture"], "arm");
  const auto told = run(provider_->image(spec(1, "192.0.2.1"), "cax11", Purpose::reading));
  ASSERT_TRUE(told);
  EXPECT_THAT(*told, HasSubstr("linux-arm64.tar.gz"));
}

TEST_F(HetznerTest, AFirewallOfSomebodyElseIsLeftAlone) {
  const json body{{"name", "morpheus-oak"}};
  ASSERT_EQ(run_command({"/usr/bin/curl", "-sf", "--json", body.dump(), "-H", "Authorization: Bearer token", cloud_.endpoint() + "/firewalls"}).status, 0);
  restart();
  const auto refused = run(provider_->enclose("oak", {{"oak-node-1", "192.0.2.1", ""}}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_THAT(refused.error().message, HasSubstr("is not ours"));
  EXPECT_TRUE(run(provider_->clear("oak")));
  EXPECT_EQ(cloud_.count("firewalls"), 1);
  EXPECT_TRUE(cloud_.state()["firewalls"][0]["rules"].empty());
}

TEST_F(HetznerTest, APairThatCannotBeOrderedIsLeftForTheNextAtTheNextTry) {
  settings_.hetzner.server_types = {"cx23", "cx33", "cpx22"};
  cloud_.tell("availability", {{"server_type", "cx23"}, {"location", "fsn1"}, {"available", "unsupported"}});
  cloud_.fault({{"match", {{"method", "POST"}, {"path", "^/servers$"}, {"name", "oak-node-1"}}}, {"skip", 1}, {"status", 412},
                {"code", "resource_unavailable"}, {"message", "server location disabled"}});
  restart();
  for (const char* refused : {"cx23 cannot be ordered in fsn1", "cx33 is sold out in fsn1"}) {
    const auto made = create(1, 1);
    ASSERT_FALSE(made[0]);
    EXPECT_EQ(made[0].error().code, ErrorCode::unavailable) << "it is tried again";
    EXPECT_THAT(made[0].error().message, HasSubstr(refused));
  }
  const auto made = create(1, 1);
  ASSERT_TRUE(made[0]) << made[0].error().message;
  EXPECT_EQ(made[0]->type, "cpx22");
  EXPECT_EQ(cloud_.fired(), 1);
  EXPECT_THAT(calls("POST", "/servers"), SizeIs(3));
  for (const auto& next : create(2, 3)) EXPECT_EQ(next->type, "cpx22") << "what was closed is left alone";
  EXPECT_THAT(calls("POST", "/servers"), SizeIs(5));
}

TEST_F(HetznerTest, WhatIsSaidToBeOutOfStockIsAskedForLast) {
  settings_.hetzner.server_types = {"cx23", "cpx22"};
  cloud_.tell("availability", {{"server_type", "cx23"}, {"location", "fsn1"}, {"available", false}});
  restart();
  const auto offer = run(provider_->offer());
  ASSERT_TRUE(offer) << offer.error().message;
  EXPECT_EQ(offer->type, "cpx22");
  EXPECT_THAT(offer->warnings, testing::Contains(HasSubstr("out of stock, as Hetzner says: cx23 in fsn1")));
  EXPECT_TRUE(create(1, 1)[0]);
  EXPECT_THAT(calls("POST", "/servers"), SizeIs(1)) << "no call is spent on what is said not to be there";
}

TEST_F(HetznerTest, WhatIsSaidToBeOutOfStockIsAskedForWhereThereIsNothingElse) {
  cloud_.tell("availability", {{"server_type", "cx23"}, {"location", "fsn1"}, {"available", true}, {"recommended", false},
                               {"deprecation", {{"announced", "2026-01-01T00:00:00+00:00"}, {"unavailable_after", "2026-02-01T00:00:00+00:00"}}}});
  restart();
  const auto offer = run(provider_->offer());
  ASSERT_TRUE(offer) << offer.error().message;
  EXPECT_THAT(offer->warnings, testing::Contains(HasSubstr("cx23 in fsn1 cannot be ordered after 2026-02-01")));
  EXPECT_THAT(offer->warnings, testing::Contains(HasSubstr("not recommended by Hetzner now: cx23 in fsn1")));
  EXPECT_TRUE(create(1, 1)[0]) << "it only advises";
}

TEST_F(HetznerTest, ATypeThatIsWithdrawnBetweenTwoMachinesIsSkipped) {
  settings_.hetzner.server_types = {"cx23", "cx33"};
  restart();
  ASSERT_TRUE(create(1, 1)[0]);
  cloud_.tell("availability", {{"server_type", "cx23"}, {"withdrawn", true}});
  const auto first = create(2, 2)[0];
  EXPECT_EQ(first.error().code, ErrorCode::unavailable) << "everything is looked up again";
  const auto second = create(2, 2)[0];
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(second->type, "cx33");
}

// Two machines of oak, and a hand in the console.
class HandTest : public HetznerTest {
 protected:
  HandTest() {
    settings_.hetzner.ssh_keys = {public_key};
    restart();
    for (const auto& made : create(1, 2)) {
      EXPECT_TRUE(made) << made.error().message;
      members_.push_back({made->name, made->address, made->id});
    }
    EXPECT_TRUE(run(provider_->enclose("oak", members_)));
    EXPECT_THAT(repairs_.all, ElementsAre());
  }

  void by_hand(const json& deed) {
    cloud_.tell("hand", deed);
    let_the_look_expire();
  }

  // Server ids in firewalls, by the firewall's name.
  std::map<std::string, std::size_t> guarded() const {
    std::map<std::string, std::size_t> all;
    const auto state = cloud_.state();
    for (const auto& firewall : state["firewalls"]) all[firewall["name"]] = firewall["applied_to"].size();
    return all;
  }

  std::vector<Member> members_;
};

using Guarded = std::map<std::string, std::size_t>;

TEST_F(HandTest, AMachineThatWasTakenOutOfItsFirewallIsPutBackAndSaid) {
  by_hand({{"do", "take_out"}, {"name", "oak-node-1"}});
  ASSERT_EQ(guarded(), (Guarded{{"morpheus-oak", 1}}));
  ASSERT_TRUE(run(provider_->enclose("oak", members_)));
  EXPECT_EQ(guarded(), (Guarded{{"morpheus-oak", 2}}));
  EXPECT_THAT(repairs_.all, ElementsAre(HasSubstr("oak: oak-node-1 was outside of the firewall morpheus-oak")));
  ASSERT_TRUE(run(provider_->enclose("oak", members_)));
  EXPECT_THAT(repairs_.all, SizeIs(1));
}

TEST_F(HandTest, AFirewallThatWasDeletedIsMadeAgainAroundEveryMachine) {
  by_hand({{"do", "delete"}, {"kind", "firewalls"}, {"name", "morpheus-oak"}});
  ASSERT_TRUE(run(provider_->enclose("oak", members_)));
  EXPECT_EQ(guarded(), (Guarded{{"morpheus-oak", 2}}));
  EXPECT_THAT(repairs_.all, ElementsAre(HasSubstr("did not exist any more: it is made again"), HasSubstr("oak-node-1"), HasSubstr("oak-node-2")));
}

TEST_F(HandTest, AFirewallThatWasDeletedJustBeforeAMachineIsMadeIsLookedUpAgain) {
  by_hand({{"do", "delete"}, {"kind", "firewalls"}, {"name", "morpheus-oak"}});
  const auto address = run(provider_->reserve_address("oak", "oak-node-3"));
  ASSERT_TRUE(address);
  const auto refused = run(provider_->create(spec(3, *address)));
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable) << refused.error().message;
  ASSERT_TRUE(run(provider_->enclose("oak", members_)));
  const auto made = run(provider_->create(spec(3, *address)));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(guarded(), (Guarded{{"morpheus-oak", 3}}));
}

TEST_F(HandTest, AFirewallThatWasRenamedOrRelabelledIsTheSame) {
  by_hand({{"do", "rename"}, {"kind", "firewalls"}, {"name", "morpheus-oak"}, {"to", "front-door"}});
  members_.push_back({"oak-node-3", "192.0.2.3", ""});
  ASSERT_TRUE(run(provider_->enclose("oak", members_)));
  EXPECT_EQ(guarded(), (Guarded{{"front-door", 2}}));
  by_hand({{"do", "rename"}, {"kind", "firewalls"}, {"name", "front-door"}, {"to", "morpheus-oak"}});
  by_hand({{"do", "relabel"}, {"kind", "firewalls"}, {"name", "morpheus-oak"}, {"labels", {{"morpheus-forest", nullptr}}}});
  members_.pop_back();
  ASSERT_TRUE(run(provider_->enclose("oak", members_)));
  EXPECT_EQ(guarded(), (Guarded{{"morpheus-oak", 2}}));
  for (const Member& each : members_) EXPECT_TRUE(run(provider_->destroy(MachineRef(each.name, each.machine_id))));
  EXPECT_TRUE(run(provider_->clear("oak")));
  EXPECT_EQ(guarded(), Guarded{}) << "it is ours by its name and controller";
}

TEST_F(HandTest, RulesThatWereChangedAreSetAgainAndSaid) {
  const auto path = cloud_.endpoint() + "/firewalls/" + cloud_.state()["firewalls"][0]["id"].dump() + "/actions/set_rules";
  const auto before = cloud_.state()["firewalls"][0]["rules"];
  const json open{{"rules", {{{"direction", "in"}, {"protocol", "tcp"}, {"port", "1-65535"}, {"source_ips", {"0.0.0.0/0"}}}}}};
  ASSERT_EQ(run_command({"/usr/bin/curl", "-sf", "--json", open.dump(), "-H", "Authorization: Bearer token", path}).status, 0);
  let_the_look_expire();
  ASSERT_TRUE(run(provider_->enclose("oak", members_)));
  EXPECT_EQ(cloud_.state()["firewalls"][0]["rules"], before);
  EXPECT_THAT(repairs_.all, ElementsAre(HasSubstr("somebody else had changed the rules")));
  members_.push_back({"oak-node-3", "192.0.2.3", ""});
  ASSERT_TRUE(run(provider_->enclose("oak", members_)));
  EXPECT_THAT(repairs_.all, SizeIs(1)) << "what this daemon changes is no repair";
}

TEST_F(HandTest, AMachineThatDoesNotExistAnyMoreIsNotPutIntoAFirewall) {
  by_hand({{"do", "delete"}, {"name", "oak-node-1"}});
  ASSERT_TRUE(wait_until([&] { return cloud_.count("servers") == 1; }, limit));
  by_hand({{"do", "delete"}, {"kind", "firewalls"}, {"name", "morpheus-oak"}});
  const auto enclosed = run(provider_->enclose("oak", members_));
  ASSERT_TRUE(enclosed) << enclosed.error().message;
  EXPECT_EQ(guarded(), (Guarded{{"morpheus-oak", 1}}));
}

TEST_F(HandTest, APlacementGroupThatWasDeletedIsMadeAgainForNewMachines) {
  by_hand({{"do", "delete"}, {"kind", "placement_groups"}, {"name", "morpheus-oak"}});
  EXPECT_EQ(create(3, 3)[0].error().code, ErrorCode::unavailable);
  const auto made = create(3, 3)[0];
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_THAT(groups(), ElementsAre(1));
  EXPECT_THAT(repairs_.all, testing::Contains(HasSubstr("its placement group did not exist any more: morpheus-oak-1 is made for new machines")));
}

TEST_F(HandTest, AKeyThatWasDeletedIsUploadedAgain) {
  by_hand({{"do", "delete"}, {"kind", "ssh_keys"}});
  ASSERT_EQ(cloud_.count("ssh_keys"), 0);
  const auto made = create(3, 3)[0];
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(cloud_.count("ssh_keys"), 1);
  EXPECT_THAT(repairs_.all, testing::Contains(HasSubstr("the SSH key")));
}

// A hand in the console, or another program.
class ConsoleTest : public HetznerTest {
 protected:
  ConsoleTest() {
    restart();
    for (const auto& made : create(1, 2)) EXPECT_TRUE(made) << made.error().message;
    id_ = cloud_.state()["servers"][1]["id"].dump();
    name_ = cloud_.state()["servers"][1]["name"];
  }

  void change(const json& body) const { api("PUT", "/servers/" + id_, body); }
  void api(const std::string& method, const std::string& path, const json& body) const {
    const auto done = run_command({"/usr/bin/curl", "-sf", "-X", method, "-H", "Content-Type: application/json", "-H", "Authorization: Bearer token",
                                   "-d", body.dump(), cloud_.endpoint() + path});
    ASSERT_EQ(done.status, 0) << done.out << done.err;
  }
  json labels() const { return cloud_.state()["servers"][1]["labels"]; }

  std::string id_;
  std::string name_;
};

TEST_F(ConsoleTest, ARenamedMachineIsFoundByItsIdAndDeletedWithItsAddress) {
  change({{"name", "web-7"}});
  const MachineRef by_name(name_);
  EXPECT_FALSE(*run(provider_->find(by_name)));
  const MachineRef meant(name_, id_);
  const auto found = run(provider_->find(meant));
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->name, "web-7");
  EXPECT_THAT(*run(provider_->list("oak")), SizeIs(2)) << "its address is not one alone";
  EXPECT_TRUE(run(provider_->drain(meant)));
  EXPECT_THAT(calls("POST", "/servers/" + id_ + "/actions/shutdown"), SizeIs(1));
  const auto destroyed = [&] { return run(provider_->destroy(meant)).has_value(); };  // it is locked while the shutdown's action runs
  EXPECT_TRUE(wait_until(destroyed, limit));
  EXPECT_THAT(cloud_.deleted("servers"), ElementsAre("web-7"));
  EXPECT_EQ(cloud_.count("servers"), 1);
  EXPECT_FALSE(*run(provider_->find(meant)));
}

TEST_F(ConsoleTest, WhatWasRenamedOrRelabelledIsRestored) {
  const MachineRef meant(name_, id_);
  const auto before = labels();
  EXPECT_FALSE(*run(provider_->restore(meant, "oak", before["morpheus-intent"]))) << "nothing is to be done";
  for (const json& change_to : {json{{"name", "web-7"}}, json{{"labels", {{"mine", "kept"}}}}, json{{"name", "x"}, {"labels", {{"morpheus-intent", "no"}}}}}) {
    change(change_to);
    const auto restored = run(provider_->restore(meant, "oak", before["morpheus-intent"]));
    ASSERT_TRUE(restored) << restored.error().message;
    EXPECT_TRUE(*restored);
    EXPECT_EQ(cloud_.state()["servers"][1]["name"], name_);
    auto after = labels();
    after.erase("mine");
    EXPECT_EQ(after, before) << change_to;
  }
}

TEST_F(ConsoleTest, WhatSaysThatItIsNotOursIsNeitherGoneNorTouched) {
  const auto before = labels();
  auto others = before;
  others["morpheus-controller"] = "ff";
  const MachineRef meant(name_, id_);
  auto unmanaged = before;
  unmanaged.erase("managed-by");
  for (const json& now : {json::object(), json{{"morpheus-node", name_}}, unmanaged, others}) {
    change({{"labels", now}});
    for (const auto& asked : {run(provider_->find(meant)), run(provider_->look(meant))}) {
      ASSERT_FALSE(asked) << now;
      EXPECT_EQ(asked.error().code, now == others ? ErrorCode::refused : ErrorCode::conflict) << asked.error().message;
      EXPECT_FALSE(asked.error().hint.empty());
    }
    EXPECT_EQ(run(provider_->drain(meant)).has_value(), now == others) << "what is another's is left alone, what may be ours waits";
    EXPECT_FALSE(run(provider_->destroy(meant))) << "its address is still ours, and costs until it is free";
  }
  EXPECT_FALSE(run(provider_->restore(meant, "oak", "intent2"))) << "of another controller";
  EXPECT_TRUE(cloud_.deleted("servers").empty());
  EXPECT_THAT(calls("POST", "/servers/" + id_ + "/actions/shutdown"), SizeIs(0));
}

TEST_F(ConsoleTest, AnApiThatIgnoresTheSelectorMakesNothingOfOthersOurs) {
  const json theirs{{"managed-by", "morpheus"}, {"morpheus-controller", "ff"}, {"morpheus-forest", "oak"}};
  api("POST", "/firewalls", {{"name", "web"}});
  api("POST", "/firewalls", {{"name", "morpheus-ash"}, {"labels", theirs}});
  api("POST", "/placement_groups", {{"name", "web"}, {"type", "spread"}});
  api("POST", "/placement_groups", {{"name", "morpheus-ash-1"}, {"type", "spread"}, {"labels", theirs}});
  cloud_.fault({{"match", {{"method", "GET"}, {"path", "^/(firewalls|placement_groups|servers|primary_ips)$"}}}, {"times", 1'000}, {"unfiltered", true}});
  restart();
  EXPECT_TRUE(run(provider_->claim()));
  EXPECT_TRUE(run(provider_->enclose("oak", {})));
  EXPECT_TRUE(create(3, 3).front());
  for (const auto& each : *run(provider_->list("oak"))) run(provider_->destroy(MachineRef(each.name, each.id)));
  EXPECT_TRUE(run(provider_->clear("oak")));
  const auto state = cloud_.state();
  for (const char* kind : {"firewalls", "placement_groups"}) {
    ASSERT_THAT(state[kind], SizeIs(2)) << kind;
    for (const auto& each : state[kind]) {
      EXPECT_FALSE(each["labels"].contains("morpheus-acting")) << each;
      EXPECT_TRUE(each.value("rules", json::array()).empty()) << each;
      EXPECT_TRUE(each.value("servers", json::array()).empty()) << each;
    }
  }
  EXPECT_GT(cloud_.fired(), 5);
}

TEST_F(ConsoleTest, AnotherMachineThatTookTheNameIsLeftAlone) {
  const auto mine = labels();
  api("DELETE", "/servers/" + id_, json::object());
  ASSERT_TRUE(wait_until([&] { return cloud_.count("servers") == 1; }, limit));
  cloud_.tell("seed", {{"servers", 1}, {"name", "other"}, {"labels", mine}});
  const auto other = cloud_.state()["servers"][1]["id"].dump();
  api("PUT", "/servers/" + other, {{"name", name_}});
  const MachineRef meant(name_, id_);
  EXPECT_TRUE(run(provider_->drain(meant)));
  EXPECT_TRUE(run(provider_->destroy(meant)));
  EXPECT_EQ(cloud_.count("servers"), 2) << "its labels say ours, its id says that it is another";
}

TEST_F(ConsoleTest, AMachineThatWasRenamedWhileItWasMadeIsAdopted) {
  change({{"name", "web-7"}});
  restart();
  const int number = name_.back() - '0';
  const auto address = cloud_.state()["servers"][1]["public_net"]["ipv4"]["ip"].get<std::string>();
  const auto made = run(provider_->create(spec(number, address)));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->id, id_);
  EXPECT_EQ(cloud_.created("servers").size(), 2U);
}

TEST_F(ConsoleTest, AStoredIdThatIsNoneAsksForTheNameAlone) {
  for (const char* id : {"", "../firewalls/1", "17x", "-1", "99999999999999999999"}) {
    const MachineRef meant(name_, id);
    const auto found = run(provider_->find(meant));
    ASSERT_TRUE(found && *found) << id;
    EXPECT_EQ((*found)->id, id_);
  }
}

// The claim of a daemon of generation 3 on a firewall that says `label`.
class ClaimTest : public HetznerTest {
 protected:
  ClaimTest() {
    restart();
    const auto made = create(1, 1);
    EXPECT_TRUE(made[0]) << made[0].error().message;
    address_ = made[0]->address;
  }

  void say(const std::string& label) {
    auto labels = firewall_labels();
    labels["morpheus-acting"] = label;
    label_firewall(labels);
    let_the_look_expire();
    asked_ = cloud_.journal().size();
  }

  // Of the daemon's, since say().
  std::vector<json> changes() const {
    auto lines = cloud_.journal();
    lines.erase(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(asked_));
    std::erase_if(lines, [](const json& line) { return line["method"] == "GET"; });
    return lines;
  }

  std::string address_;
  std::size_t asked_ = 0;
};

TEST_F(ClaimTest, AFirewallIsMadeWithIt) { EXPECT_EQ(firewall_labels()["morpheus-acting"], "3-a1"); }

TEST_F(ClaimTest, OneThatIsMissingLowerOrNotToBeUnderstoodIsReplacedAndEveryOtherLabelStays) {
  for (const char* label : {"2-b2", "2-a1", "nonsense", ""}) {
    auto labels = firewall_labels();
    labels["somebodys"] = "own";
    labels["morpheus-acting"] = label;
    if (std::string(label).empty()) labels.erase("morpheus-acting");  // as an older version left it
    label_firewall(labels);
    let_the_look_expire();
    EXPECT_TRUE(run(provider_->enclose("oak", {{"oak-node-1", address_, ""}})));
    labels["morpheus-acting"] = "3-a1";
    EXPECT_EQ(firewall_labels(), labels) << label;
  }
  EXPECT_FALSE(acting_.other);
}

TEST_F(ClaimTest, OursIsKeptWithoutACall) {
  say("3-a1");
  EXPECT_TRUE(run(provider_->claim()));
  EXPECT_TRUE(run(provider_->enclose("oak", {{"oak-node-1", address_, ""}}))) << "its rules are set";
  asked_ = cloud_.journal().size();
  let_the_look_expire();
  EXPECT_TRUE(run(provider_->claim()));
  EXPECT_TRUE(run(provider_->enclose("oak", {{"oak-node-1", address_, ""}})));
  EXPECT_TRUE(changes().empty()) << json(changes()).dump(1);
  EXPECT_EQ(cloud_.journal().size(), asked_ + 1) << "one look: " << json(cloud_.journal()).dump();
}

TEST_F(ClaimTest, BesideAnotherDaemonNothingIsChangedWhateverIsAskedFor) {
  for (const char* label : {"4-b2", "4-a1", "3-b2"}) {
    const std::vector<std::function<Result<>()>> all{
        [&] { return run(provider_->claim()); },
        [&] { return run(provider_->enclose("oak", {{"oak-node-9", "192.0.2.9", ""}})); },
        [&] { return run(provider_->enclose("elm", {{"elm-node-9", "192.0.2.9", ""}})); },
        [&] {
          const auto made = run(provider_->reserve_address("elm", "elm-node-1"));
          return made ? Result<>{} : Result<>(made.error());
        },
        [&] { return run(provider_->drain("oak-node-1")); },
        [&] { return run(provider_->destroy("oak-node-1")); },
        [&] { return run(provider_->clear("oak")); }};
    for (std::size_t i = 0; i < all.size(); ++i) {
      acting_.other.reset();
      say(label);
      const auto refused = all[i]();
      ASSERT_FALSE(refused) << label << " " << i;
      EXPECT_EQ(refused.error().code, ErrorCode::superseded) << refused.error().message;
      EXPECT_EQ(acting_.other, claim_in(label));
      EXPECT_TRUE(changes().empty()) << json(changes()).dump(1);
      EXPECT_FALSE(run(provider_->destroy("oak-node-1"))) << "once superseded it asks no more";
      EXPECT_EQ(firewall_labels()["morpheus-acting"], label);
    }
  }
  EXPECT_EQ(cloud_.count("servers"), 1);
}

TEST_F(ClaimTest, NoMachineIsMadeBesideAnotherDaemon) {
  const auto reserved = run(provider_->reserve_address("oak", "oak-node-2"));
  ASSERT_TRUE(reserved);
  say("4-b2");
  const auto made = run(provider_->create(spec(2, *reserved)));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::superseded) << made.error().message;
  EXPECT_TRUE(changes().empty()) << json(changes()).dump(1);
}

TEST_F(ClaimTest, WhatOneOperationChangesIsOneLook) {
  std::vector<asio::awaitable<Result<>>> deletions;
  for (const auto& made : create(2, 5)) EXPECT_TRUE(made) << made.error().message;
  let_the_look_expire();
  const auto before = calls("GET", "/firewalls").size();
  for (int i = 1; i <= 5; ++i) deletions.push_back(provider_->destroy(fmt::format("oak-node-{}", i)));
  for (const auto& deleted : run_all(std::move(deletions))) EXPECT_TRUE(deleted) << deleted.error().message;
  EXPECT_EQ(calls("GET", "/firewalls").size(), before + 1);
  EXPECT_EQ(cloud_.count("servers"), 0);
}

TEST_F(ClaimTest, TheHighestGenerationIsReadByADaemonThatDoesNotAct) {
  say("7-b2");
  acting_.other = Claim{7, "b2"};
  const auto highest = run(provider_->highest_generation());
  ASSERT_TRUE(highest) << highest.error().message;
  EXPECT_EQ(*highest, 7);
  EXPECT_TRUE(changes().empty());
}

TEST_F(ClaimTest, WhereThereIsNoFirewallThereIsNothingToCompare) {
  EXPECT_TRUE(run(provider_->destroy("oak-node-1")));
  EXPECT_TRUE(run(provider_->clear("oak")));
  let_the_look_expire();
  EXPECT_TRUE(run(provider_->destroy("oak-node-1")));
  EXPECT_TRUE(run(provider_->clear("oak")));
  EXPECT_EQ(*run(provider_->highest_generation()), 0);
}

}  // namespace
}  // namespace morpheus::hetzner
