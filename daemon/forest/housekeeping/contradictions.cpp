#include "daemon/forest/housekeeping/contradictions.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "daemon/forest/node/readiness.hpp"
#include "daemon/forest/node/voices.hpp"

namespace morpheus {
namespace {

constexpr std::size_t most_named = 3;       // nodes in one text
constexpr std::size_t most_compared = 200;  // of one forest, each with each: 10 ms

std::string names_of(const std::vector<const Voice*>& voices) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min(voices.size(), most_named); ++i) names.push_back(voices[i]->name());
  const auto text = fmt::format("{}", fmt::join(names, ", "));
  return voices.size() > most_named ? fmt::format("{} and {} more", text, voices.size() - most_named) : text;
}

// What one voice and the others say of the routes between them. A route has two ends: where one of them denies it, somebody is wrong.
struct Disputes {
  int agreed = 0;                     // both list each other
  std::vector<const Voice*> claimed;  // it lists them, and they do not list it
  std::vector<const Voice*> denied;   // they list it, and it does not list them
  int phantoms = 0;                   // servers that it alone lists, and that no node says that it is
  std::size_t count() const { return claimed.size() + denied.size(); }
};

// All voices, with what they say of each other.
class Debate {
 public:
  explicit Debate(std::vector<Voice> voices) : voices_(std::move(voices)) {
    if (voices_.size() > most_compared) voices_.erase(voices_.begin() + most_compared, voices_.end());
    for (const Voice& voice : voices_) {
      owners_[voice.id()].push_back(&voice);
      for (const std::string& id : voice.routes()) ++listed_[id];
    }
    for (const Voice& voice : voices_) take(voice);
  }

  const std::vector<Voice>& voices() const { return voices_; }
  const Disputes& of(const Voice& voice) const { return disputes_.at(voice.node_id()); }
  // Others that say that they are the same server.
  std::vector<const Voice*> doubles(const Voice& voice) const {
    auto all = owners_.at(voice.id());
    std::erase(all, &voice);
    return all;
  }

 private:
  void take(const Voice& voice) {
    Disputes& own = disputes_[voice.node_id()];
    for (const std::string& id : voice.routes()) {
      const auto found = owners_.find(id);
      if (found == owners_.end()) {
        if (listed_[id] == 1) ++own.phantoms;
        continue;
      }
      const Voice& other = *found->second.front();
      if (other.lists(voice)) {
        ++own.agreed;
      } else {
        own.claimed.push_back(&other);
        disputes_[other.node_id()].denied.push_back(&voice);
      }
    }
  }

  std::vector<Voice> voices_;
  std::map<std::string, std::vector<const Voice*>> owners_;  // by the id that they say is theirs
  std::map<std::string, int> listed_;                        // how many list an id
  std::map<std::int64_t, Disputes> disputes_;                // by node id
};

// Of two that dispute with each other alone it is the one that denies; else the one with most disputes.
std::string odd_routes(const Voice& voice, const Debate& debate) {
  const Disputes& own = debate.of(voice);
  const auto agrees = [&](const Voice& other) { return debate.of(other).agreed > 0; };
  if (own.count() == 0 && own.agreed == 0 && std::ranges::any_of(debate.voices(), agrees)) {
    return "none of the others has a route to the server that it says it is";
  }
  const auto is_odder = [&](const Voice* other) { return debate.of(*other).count() > own.count(); };
  if (std::ranges::any_of(own.claimed, is_odder) || std::ranges::any_of(own.denied, is_odder)) return {};
  if (!own.denied.empty()) return fmt::format("it lists no route to {}, which list it", names_of(own.denied));
  if (own.claimed.size() > 1) return fmt::format("it lists routes to {}, which do not list it", names_of(own.claimed));
  return {};
}

std::string shared_id(const Voice& voice, const Debate& debate) {
  const auto doubles = debate.doubles(voice);
  return doubles.empty() ? "" : fmt::format("it says that it is the same server as {}", names_of(doubles));
}

// Fewer nodes do not tell a peer that is nobody's from one that joins just now.
std::string phantoms(const Voice& voice, const Debate& debate) {
  constexpr std::size_t least_voices = 3;
  const int count = debate.of(voice).phantoms;
  if (count == 0 || debate.voices().size() < least_voices) return {};
  return fmt::format("it lists routes to {} servers that no other node lists", count);
}

std::string false_leader(const Voice& voice, const std::string& agreed) {
  if (agreed.empty() || !voice.jsz() || voice.role() != NodeRole::core) return {};
  const std::string& its = voice.jsz()->leader;
  if (its == voice.server_name() && agreed != its) return fmt::format("it says that it leads the meta group, and most others that {} does", agreed);
  if (agreed == voice.server_name() && its != agreed) return "most others say that it leads the meta group, and it says that it does not";
  return {};
}

std::string false_membership(const Voice& voice, const std::vector<Voice>& voices, const std::string& agreed) {
  if (agreed != voice.server_name() || !voice.jsz() || voice.jsz()->leader != agreed) return {};
  std::vector<const Voice*> denied;
  for (const Voice& other : voices) {
    const bool follows = other.role() == NodeRole::core && other.is_healthy() && other.jsz() && other.jsz()->leader == agreed;
    if (follows && !is_current(*voice.jsz(), other.server_name())) denied.push_back(&other);
  }
  return denied.empty() ? "" : fmt::format("it does not list {} as current in the meta group, whose own answers say so", names_of(denied));
}

}  // namespace

std::vector<Contradiction> find_contradictions(const std::vector<Node>& nodes, const Observations& observations) {
  const Debate debate(ready_voices(nodes, observations));
  const auto agreed = agreed_leader(nodes, observations);
  std::vector<Contradiction> found;
  for (const Voice& voice : debate.voices()) {
    std::vector<std::string> all{shared_id(voice, debate), odd_routes(voice, debate), phantoms(voice, debate), false_leader(voice, agreed),
                                 false_membership(voice, debate.voices(), agreed)};
    std::erase(all, std::string());
    if (!all.empty()) found.push_back({voice.node_id(), fmt::format("{}", fmt::join(all, "; "))});
  }
  return found;
}

void Contradictions::look(const Forest& forest) {
  const auto nodes = context_.store.known_nodes(forest.id);
  const auto found = find_contradictions(nodes.all(), context_.observations);
  std::erase_if(entries_, [&](const auto& entry) { return !context_.observations.find(entry.first); });
  for (const Node& node : nodes) {
    const auto odd = std::ranges::find(found, node.id, &Contradiction::node_id);
    if (odd != found.end()) {
      note(forest, node, odd->what);
    } else {
      settle(forest, node);
    }
  }
}

// Each node's routes and view of the meta group are asked for at its own times: twice that, and all of them are of after a change.
Millis Contradictions::lasting() const { return 2 * Poller::steady_extras_every * context_.config.monitor.poll_interval; }

void Contradictions::note(const Forest& forest, const Node& node, const std::string& what) {
  const BootTime now = context_.clock.boot();
  Entry& entry = entries_.try_emplace(node.id, Entry{now, now}).first->second;
  entry.last = now;
  if (!entry.reported && now - entry.first < lasting()) return;
  context_.observations.contradict(node.id, what);  // as it is now; an event tells of the first
  if (std::exchange(entry.reported, true)) return;
  report(forest, node, EventLevel::warning, "contradicts the other nodes: " + what);
}

// A node that says now this and now that has not settled.
void Contradictions::settle(const Forest& forest, const Node& node) {
  const auto found = entries_.find(node.id);
  const bool gone = node.state != NodeState::ready;
  if (found == entries_.end() || (!gone && context_.clock.boot() - found->second.last < lasting())) return;
  const bool reported = found->second.reported;
  entries_.erase(found);
  context_.observations.contradict(node.id, "");
  if (reported && !gone) report(forest, node, EventLevel::info, "no longer contradicts the other nodes");
}

void Contradictions::report(const Forest& forest, const Node& node, EventLevel level, const std::string& message) {
  Event event;
  event.kind = "node";
  event.level = level;
  event.forest = forest.name;
  event.node = node.name;
  event.message = message;
  context_.journal.record_or_log(std::move(event));
}

}  // namespace morpheus
