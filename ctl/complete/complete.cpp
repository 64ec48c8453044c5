#include "ctl/complete/complete.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <iostream>

#include "common/protocol/views.hpp"
#include "ctl/complete/candidates.hpp"
#include "ctl/exit_status.hpp"
#include "ctl/render/words.hpp"
#include "ctl/session.hpp"
#include "ctl/unit_look.hpp"

namespace morpheus::ctl {
namespace {

constexpr Millis patience{500};

std::string socket_of(const Cursor& cursor, const std::string& default_socket) {
  if (!cursor.socket.empty()) return cursor.socket;
  const char* variable = std::getenv("MORPHEUS_SOCKET");
  return variable != nullptr && *variable != '\0' ? variable : default_socket;
}

std::vector<Candidate> forests(Session& session) {
  std::vector<Candidate> found;
  for (const auto& forest : view_of<std::vector<ForestSummary>>(session.client.get("/v1/forests"))) {
    found.push_back({forest.name, fmt::format("{}, {}", forest.provider, node_count(static_cast<std::size_t>(forest.nodes)))});
  }
  return found;
}

std::vector<Candidate> nodes(Session& session, const std::string& named) {
  const auto status = view_of<StatusView>(session.client.get(forest_path(choose_forest(session, named))));
  std::vector<Candidate> found;
  for (const auto& node : status.nodes) {
    found.push_back({short_name(node.name, status.forest.name), fmt::format("{}, {}", to_string(node.role), to_string(node.state))});
  }
  return found;
}

// Asks the daemon, if there is one: nobody waits for a word that cannot be had, or starts a service by typing.
std::vector<Candidate> ask_daemon(const std::string& socket,
                                  const std::function<std::vector<Candidate>(Session& session)>& question) {
  if (connecting_may_start(socket)) return {};
  Options options;
  options.socket = socket;
  options.timeout = patience;
  Session session(options);
  try {
    return question(session);
  } catch (const std::exception&) {  // completion has nowhere to say it; the command itself will
    return {};
  }
}

}  // namespace

void complete(const CLI::App& app, const std::string& default_socket, const std::vector<std::string>& words) {
  const auto cursor = find_cursor(app, words);
  const auto socket = socket_of(cursor, default_socket);
  const Names names{
      [&socket] { return ask_daemon(socket, forests); },
      [&socket](const std::string& forest) {
        return ask_daemon(socket, [&forest](Session& session) { return nodes(session, forest); });
      }};
  const auto completion = complete_at(cursor, names);
  for (const auto& candidate : completion.candidates) std::cout << candidate.word << '\t' << candidate.description << '\n';
  if (completion.files) std::cout << complete_files << '\n';
  std::cout << std::flush;
}

}  // namespace morpheus::ctl
