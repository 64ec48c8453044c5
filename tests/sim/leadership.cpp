#include "tests/sim/leadership.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <stdexcept>

#include "daemon/store/copy.hpp"
#include "tests/sim/draw.hpp"
#include "tests/sim/rest.hpp"

namespace morpheus::sim {
namespace {

constexpr std::size_t most_seats = 2;
constexpr std::size_t most_archives = 4;
constexpr Millis time_to_settle = Simulation::time_to_rest;

// In standby, and another incarnation, as a restore makes it.
void make_standby(const std::string& database, Ids& ids) {
  constexpr int id_bytes = 8;
  const auto store = Store::open(database, ids.random_hex(id_bytes));
  if (!store) throw std::runtime_error(describe(store.error()));
  LeaseRecord lease = (*store)->lease();
  lease.state = LeaseState::standby;
  lease.reason = "restored from a copy; its original may still act";
  lease.holder.clear();
  (*store)->set_lease(lease);
}

}  // namespace

LeadershipSimulation::LeadershipSimulation(std::uint64_t seed, bool loud)
    : seed_(seed),
      chance_(seed),
      trace_(loud),
      world_(clock_, chance_, trace_),
      leases_(world_),
      ids_(seed + 1),
      config_(random_config(chance_)),
      operator_(world_),
      unused_(world_, clock_, config_),
      mishaps_(world_, chance_, clock_, unused_) {
  world_.faults = random_faults(chance_);
  const std::string name = fmt::format("daemon-{}", ++named_);
  seats_.push_back(std::make_unique<Seat>(name, directory_.path() + "/" + name, SimSecrets(ids_), Promises(world_, clock_, config_, name)));
}

LeadershipSimulation::~LeadershipSimulation() = default;

SeedResult LeadershipSimulation::run() {
  try {
    live();
  } catch (const std::exception& error) {
    world_.complain(fmt::format("a daemon ended: {}", error.what()));
  }
  return SeedResult{seed_, trace_.hash(), trace_.lines(), world_.complaints(), trace_.tail(), trace_.counts()};
}

void LeadershipSimulation::live() {
  start(*seats_.front());
  do_to(*seats_.front(), [this] { operator_.plant(*seats_.front()->daemon); });
  trouble();
  if (!failed()) come_to_rest();
  if (!failed()) tear_everything_down();
}

void LeadershipSimulation::start(Seat& seat) {
  const Surroundings around{world_, clock_, ids_, seat.secrets, config_, seat.name, &leases_};
  world_.last_polls[seat.name].clear();
  seat.changed = true;
  seat.commits_to_crash = 0;
  seat.daemon = std::make_unique<SimDaemon>(around, seat.database, [this, &seat] { committed(seat); });
  seat.was_active = seat.daemon->store().lease().state == LeaseState::active;
}

void LeadershipSimulation::end(Seat& seat) {
  seat.promises.check(seat.daemon->store());
  seat.daemon.reset();
  seat.up_at = world_.now() + chance_.seconds(1, 120);
  seat.suspended_until = Millis{0};
  world_.crashed = false;
}

void LeadershipSimulation::committed(Seat& seat) {
  seat.changed = true;
  if (world_.crashed) throw Crash{};
  if (seat.commits_to_crash == 0 || --seat.commits_to_crash > 0) return;
  world_.count("crash at a commit");
  world_.crash(seat.name + " at a commit");
}

void LeadershipSimulation::run_ready(Seat& seat) {
  if (!seat.daemon && world_.now() >= seat.up_at) start(seat);
  if (!seat.daemon || world_.now() < seat.suspended_until) return;
  seat.daemon->run_ready();
  if (world_.crashed) end(seat);
}

void LeadershipSimulation::step() {
  for (const auto& seat : seats_) run_ready(*seat);
  look_at_promises();
  constexpr Millis nobody_is_up{1'000};
  if (!clock_.advance()) clock_.pass(nobody_is_up);
}

void LeadershipSimulation::look_at_promises() {
  for (const auto& seat : seats_) {
    if (!seat->daemon || (!seat->changed && !world_.changed)) continue;
    if (seat->changed) follow_lease(*seat);
    seat->changed = false;
    seat->promises.check(seat->daemon->store());
  }
  world_.changed = false;
}

void LeadershipSimulation::follow_lease(Seat& seat) {
  const auto state = seat.daemon->store().lease().state;
  if (seat.was_active && state == LeaseState::retired) world_.count("superseded");
  seat.was_active = state == LeaseState::active;
}

bool LeadershipSimulation::steps_until(Millis limit, const std::function<bool()>& done) {
  const Millis deadline = clock_.passed() + limit;
  while (!failed() && clock_.passed() < deadline) {
    step();
    if (done()) return true;
  }
  return false;
}

void LeadershipSimulation::do_to(Seat& seat, const std::function<void()>& act) {
  try {
    act();
  } catch (const Crash&) {
    world_.note("it died of a request");
  } catch (const StoreError&) {
    world_.count("request met a full disk");
  }
  if (world_.crashed) end(seat);
}

void LeadershipSimulation::trouble() {
  const Millis until = clock_.passed() + chance_.seconds(15 * 60, 40 * 60);
  while (!failed() && clock_.passed() < until) {
    steps_until(chance_.seconds(1, 40), [] { return false; });
    if (!failed()) something_happens();
  }
}

void LeadershipSimulation::something_happens() {
  const int what = chance_.between(0, 99);
  Seat* const seat = any_seat();
  if (what < 13) {
    mishaps_.load_changes();
  } else if (what < 19) {
    mishaps_.machine_suffers();
  } else if (what < 21 || (world_.disk_full && what < 45)) {
    mishaps_.disk_suffers();
  } else if (what < 28) {
    restore();
  } else if (what < 48) {
    take_over();
  } else if (!seat) {
    return;
  } else if (what < 75) {
    do_to(*seat, [&] { operator_.act(*seat->daemon); });
  } else if (what < 81) {
    seat->commits_to_crash = chance_.between(1, 12);
  } else if (what < 88) {
    take_copy(*seat);
  } else if (what < 92) {
    shutdown_comes(*seat);
  } else {
    suspend(*seat);
  }
}

void LeadershipSimulation::suspend(Seat& seat) {
  world_.note(seat.name + " is suspended");
  world_.count("suspended");
  seat.suspended_until = world_.now() + chance_.seconds(1, static_cast<int>(SimLeases::longest_suspension / std::chrono::seconds{1}));
}

// While the one that acts was just asked for something, and may stand still in the middle of it.
void LeadershipSimulation::take_over() {
  Seat* const before = any_seat();
  if (before && before->was_active) do_to(*before, [&] { operator_.act(*before->daemon); });
  steps_until(Millis{chance_.between(1, 1'500)}, [] { return false; });
  if (before && before->daemon && before->was_active && chance_.happens(0.3)) suspend(*before);
  Seat* const next = seat_to_take_over();
  if (next && !failed()) do_to(*next, [&] { operator_.take_over(*next->daemon); });
}

LeadershipSimulation::Seat* LeadershipSimulation::any_seat() {
  std::vector<Seat*> up;
  for (const auto& seat : seats_) {
    if (seat->daemon && world_.now() >= seat->suspended_until) up.push_back(seat.get());
  }
  if (up.empty()) return nullptr;
  return up[static_cast<std::size_t>(chance_.between(0, static_cast<int>(up.size()) - 1))];
}

LeadershipSimulation::Seat* LeadershipSimulation::seat_to_take_over() {
  for (const auto& seat : seats_) {
    if (seat->daemon && seat->daemon->store().lease().state != LeaseState::active) return seat.get();
  }
  return nullptr;
}

LeadershipSimulation::Seat* LeadershipSimulation::acting() {
  Seat* first = nullptr;
  int active = 0;
  Seat* with_forests = nullptr;
  int active_with_forests = 0;
  for (const auto& seat : seats_) {
    if (!seat->daemon || seat->daemon->store().lease().state != LeaseState::active) continue;
    ++active;
    if (!first) first = seat.get();
    if (seat->daemon->store().forests().empty()) continue;
    ++active_with_forests;
    with_forests = seat.get();
  }
  if (active_with_forests == 1) return with_forests;
  return active == 1 || (active > 1 && active_with_forests == 0) ? first : nullptr;
}

// Where all are retired an operator says which it shall be, once in a while.
LeadershipSimulation::Seat* LeadershipSimulation::acting_or_asked_to() {
  constexpr Millis pause_between_takeovers{60'000};
  Seat* const one = acting();
  const auto is_active = [](const auto& seat) { return seat->daemon && seat->daemon->store().lease().state == LeaseState::active; };
  if (one || std::ranges::any_of(seats_, is_active) || world_.now() < asked_ + pause_between_takeovers) return one;
  Seat* const next = seat_to_take_over();
  if (!next) return nullptr;
  asked_ = world_.now();
  operator_.take_over(*next->daemon);
  return nullptr;
}

void LeadershipSimulation::take_copy(Seat& seat) {
  constexpr int id_bytes = 4;
  const std::string file = directory_.path() + "/archive-" + ids_.random_hex(id_bytes);
  const auto copy = Store::Copy::begin(seat.daemon->store(), file + ".copy");
  if (!copy) throw std::runtime_error(describe(copy.error()));
  (*copy)->finish();
  std::filesystem::copy_file(file + ".copy", file);
  if (archives_.size() == most_archives) archives_.pop_front();
  archives_.push_back({file, seat.secrets, seat.promises});
  world_.note("a copy is taken of " + seat.name);
  world_.count("copy taken");
}

// Beside the other daemon where there is room, else in the place of one, whose database is lost.
void LeadershipSimulation::restore() {
  if (archives_.empty()) return;
  const Archive& archive = *std::next(archives_.begin(), chance_.between(0, static_cast<int>(archives_.size()) - 1));
  if (seats_.size() == most_seats) {
    const auto lost = seats_.begin() + chance_.between(0, static_cast<int>(most_seats) - 1);
    world_.note((*lost)->name + " is lost");
    world_.count((*lost)->was_active ? "acting daemon lost" : "other daemon lost");
    seats_.erase(lost);
  }
  const std::string name = fmt::format("daemon-{}", ++named_);
  const std::string database = directory_.path() + "/" + name;
  std::filesystem::copy_file(archive.database, database);
  make_standby(database, ids_);
  world_.note(name + " is restored");
  world_.count("restore");
  seats_.push_back(std::make_unique<Seat>(name, database, archive.secrets, archive.promises.of_copy(name)));
  start(*seats_.back());
  learn_what_is_known(*seats_.back());
}

void LeadershipSimulation::learn_what_is_known(Seat& seat) {
  const Store& store = seat.daemon->store();
  for (const Forest& forest : store.forests()) {
    for (const Node& node : store.nodes(forest.id)) {
      if (!costs(node)) continue;
      SimMachine* machine = world_.machine(node.name);
      const bool is_its = machine && machine->intent == node.intent && (node.machine_id.empty() || node.machine_id == machine->id);
      if (is_its) machine->known_by.insert(seat.name);
      const auto place = world_.reserved.find(node.name);
      if (place != world_.reserved.end() && place->second.second == node.address) world_.reserved_by[node.name].insert(seat.name);
    }
  }
}

void LeadershipSimulation::shutdown_comes(Seat& seat) {
  if (seat.daemon->gate().held()) {
    world_.note(seat.name + ": the shutdown is called off");
    world_.count("gate let go");
    seat.daemon->gate().let_go();
    return;
  }
  world_.note(seat.name + ": the computer is to shut down");
  world_.count("gate held");
  seat.daemon->gate().hold();
}

void LeadershipSimulation::come_to_rest() {
  world_.note("the trouble ends");
  world_.faults = Faults{};
  world_.quota_until.reset();
  world_.disk_full = false;
  for (auto& [name, machine] : world_.machines) {
    world_.revive(machine);
    machine.cpu_percent = 10;
    machine.memory_percent = 20;
  }
  for (const auto& seat : seats_) {
    seat->commits_to_crash = 0;
    if (seat->daemon && seat->daemon->gate().held()) seat->daemon->gate().let_go();
  }
  const bool rests = steps_until(time_to_settle, [this] {
    Seat* const one = acting_or_asked_to();
    if (!one) return false;
    operator_.see_to_parked(*one->daemon, false);
    operator_.remove_given_up(*one->daemon);
    return is_at_rest(*one->daemon, world_);
  });
  if (failed() || rests) return;
  Seat* const one = acting();
  if (one) complain_of_unrest(*one->daemon, world_);
  if (!one) world_.complain("no daemon acts, or two do");
}

void LeadershipSimulation::tear_everything_down() {
  const bool gone = steps_until(time_to_settle, [this] {
    Seat* const one = acting_or_asked_to();
    if (!one) return false;
    const auto forests = one->daemon->store().forests();
    for (const Forest& forest : forests) {
      if (forest.state != ForestState::tearing_down) operator_.teardown(*one->daemon, forest.name);
    }
    operator_.delete_orphans(*one->daemon);
    return forests.empty() && world_.machines.empty() && world_.reserved.empty() && world_.enclosed.empty();
  });
  if (failed()) return;
  if (!gone) world_.complain("machines, addresses or firewalls outlive their forest, or the teardown never ends");
  if (gone) world_.count("all torn down");
}

}  // namespace morpheus::sim
