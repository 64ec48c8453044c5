#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "common/decode/text.hpp"
#include "daemon/nats/leader_vote.hpp"
#include "daemon/nats/protocol.hpp"
#include "daemon/nats/removal_answer.hpp"
#include "tests/fuzz/document.hpp"

namespace {

using namespace morpheus;

constexpr auto fields = std::to_array<std::string_view>(
    {"server", "data", "name", "id", "success", "error", "err_code", "code", "description", "meta_cluster", "leader", "cluster_size", "replicas", "current",
     "active", "peer", "offline", "lag", "disabled", "config", "memory", "storage", "limits", "nonce", "tls_required"});

void check(const Result<Jsz>& view) {
  if (view) fuzz::expect(clean(view->leader, longest_name) == view->leader, "a leader's name can be shown");
  fuzz::expect(view || !view.error().message.empty(), "an error says what is wrong");
}

void decode_all(std::string_view answer) {
  const auto removed = understand_removal(answer);
  fuzz::expect(removed || !removed.error().message.empty(), "an error says what is wrong");
  LeaderVote vote(3, {"", "n1", "n2", "n3"});
  vote.take(answer);
  vote.take(answer);
  check(vote.outcome());

  const ServerLine line = read_server_line(answer);
  fuzz::expect(clean(line.text, longest_error) == line.text, "a server's error can be shown");
  const auto greeting = read_greeting(fmt::format("INFO {}", answer));
  fuzz::expect(greeting || !greeting.error().message.empty(), "an error says what is wrong");
}

// As many servers as are taken in, each of which follows what the input says: itself, one of the others, or somebody who is not there.
void vote_of_many(FuzzedDataProvider& input) {
  constexpr int most = 4'096;
  std::set<std::string> members;
  for (int i = 0; i < most; i += 2) members.insert(fmt::format("s{}", i));
  LeaderVote vote(input.ConsumeIntegralInRange(0, most), members);
  const int servers = input.ConsumeIntegralInRange(0, most);
  const auto follows = input.ConsumeBytes<std::uint8_t>(16);
  std::size_t bytes = 0;
  const double began = fuzz::cpu_seconds();
  for (int i = 0; i < servers; ++i) {
    const int kind = follows.empty() ? 0 : follows[static_cast<std::size_t>(i) % follows.size()];
    const int leader = kind % 3 == 0 ? i : kind % 3 == 1 ? kind : -1;
    const auto answer = fmt::format(R"({{"server":{{"name":"s{}"}},"data":{{"meta_cluster":{{"leader":"s{}","cluster_size":{}}}}}}})", i, leader, kind);
    bytes += answer.size();
    vote.take(answer);
  }
  check(vote.outcome());
  fuzz::expect(fuzz::cpu_seconds() - began <= (fuzz::floor_seconds + fuzz::seconds_a_megabyte * static_cast<double>(bytes) / 1e6) * fuzz::sanitizer_factor,
               "a vote is linear in its servers");
}

}  // namespace

// Servers' answers to requests of the system user, of any content and number.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::as_text_and_as_recipe(data, size, fields, decode_all);
  FuzzedDataProvider input(data, size);
  vote_of_many(input);
  return 0;
}
