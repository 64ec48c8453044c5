#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <charconv>

#include "daemon/provider/hetzner/hetzner_provider.hpp"

namespace morpheus::hetzner {
namespace {

// 0: it is none of the API's, or not known.
std::int64_t number_of(const std::string& id) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
  const bool whole = error == std::errc() && end == id.data() + id.size();
  return whole && number > 0 ? number : 0;
}

// Somebody made it another controller's: it is not ours to touch.
bool is_given_away(const Result<std::optional<Server>>& server) { return !server && server.error().code == ErrorCode::refused; }

}  // namespace

asio::awaitable<Result<std::optional<Server>>> HetznerProvider::own_by_id(MachineRef machine, Urgency urgency) {
  const auto id = number_of(machine.id());
  if (id == 0) co_return std::optional<Server>();
  const auto found = co_await servers_.get(id, urgency);
  if (!found) co_return to_error(found.error());
  if (!*found || owns(**found)) co_return *found;
  const Server& server = **found;
  if (!server.controller.empty() && server.controller != ownership_.controller()) {
    Error given_away{ErrorCode::refused, fmt::format("server {} ({}) of {} belongs to another controller now, {}", id, server.name, machine.name(), server.controller),
                     fmt::format("if it is really nobody else's: {}", claim_of(server))};
    co_return given_away;
  }
  Error nobodys{ErrorCode::conflict, fmt::format("server {} ({}) of {} does not say any more whose it is", id, server.name, machine.name()),
                fmt::format("somebody changed its labels: morpheusctl adopt {}", machine.name())};
  co_return nobodys;
}

asio::awaitable<Result<std::optional<Server>>> HetznerProvider::find_own(MachineRef machine, Urgency urgency) {
  const auto by_id = co_await own_by_id(machine, urgency);
  if (!by_id || *by_id) co_return by_id;
  const auto found = co_await servers_.find(machine.name(), urgency);
  if (!found) co_return to_error(found.error());
  if (*found && owns(**found)) co_return *found;
  co_return std::optional<Server>();
}

asio::awaitable<Result<std::optional<Machine>>> HetznerProvider::find_machine(MachineRef machine, Urgency urgency) {
  const auto server = co_await find_own(machine, urgency);
  if (!server) co_return server.error();
  std::optional<Machine> found;
  if (*server) found = machine_of(**server);
  co_return found;
}

asio::awaitable<Result<std::optional<Machine>>> HetznerProvider::find(MachineRef machine) {
  co_return co_await find_machine(machine, Urgency::deleting);
}

asio::awaitable<Result<std::optional<Machine>>> HetznerProvider::look(MachineRef machine) {
  co_return co_await find_machine(machine, Urgency::normal);
}

asio::awaitable<Result<>> HetznerProvider::drain(MachineRef machine) {
  const auto acts = co_await access_.fence().pass(Urgency::deleting);
  if (!acts) co_return acts.error();
  const auto server = co_await find_own(machine, Urgency::deleting);
  if (is_given_away(server)) co_return Result<>{};
  if (!server) co_return server.error();
  const bool is_meant = *server && (number_of(machine.id()) == 0 || (*server)->id == number_of(machine.id()));
  if (!is_meant) co_return Result<>{};
  const auto asked = co_await servers_.shut_down((*server)->id);
  if (!asked) co_return to_error(asked.error());
  co_return Result<>{};
}

asio::awaitable<Result<std::string>> HetznerProvider::remove_server(MachineRef machine) {
  const auto id = number_of(machine.id());
  const auto server = co_await find_own(machine, Urgency::deleting);
  const std::string nothing_stays;
  if (is_given_away(server)) co_return server.error().message;
  if (!server) co_return server.error();
  if (!*server) co_return nothing_stays;
  const bool is_meant = id == 0 || (*server)->id == id;
  if (!is_meant) {
    co_return fmt::format("server {} of the name {} is another one", (*server)->id, machine.name());
  }
  const auto removed = co_await servers_.remove(**server, action_limit);
  if (!removed) co_return to_error(removed.error());
  groups_.forget((*server)->forest);
  const auto left = co_await servers_.find((*server)->name, Urgency::deleting);  // the list says so too
  if (!left) co_return to_error(left.error());
  if (!*left || (*left)->id != (*server)->id) co_return nothing_stays;
  Error error{ErrorCode::unavailable, fmt::format("{} was deleted, and is still listed", (*server)->name), ""};
  co_return error;
}

asio::awaitable<Result<>> HetznerProvider::destroy(MachineRef machine) {
  const auto acts = co_await access_.fence().pass(Urgency::deleting);  // that there is none may be another daemon's doing
  if (!acts) co_return acts.error();
  const auto removed = co_await remove_server(machine);
  if (!removed) co_return removed.error();
  // Addresses go with their machine; one that never had a machine does not.
  const auto released = co_await addresses_.remove(machine.name());
  if (released && !removed->empty()) spdlog::warn("{}: {}, and stays", machine.name(), *removed);
  if (released) co_return Result<>{};
  Error held = to_error(released.error());
  if (!removed->empty()) held.message = fmt::format("{}, and stays; its address is still ours and costs: {}", *removed, held.message);
  co_return held;
}

asio::awaitable<Result<bool>> HetznerProvider::restore(MachineRef machine, std::string forest, std::string intent) {
  const auto acts = co_await access_.fence().pass(Urgency::normal);  // before its labels are read, which are all written again
  if (!acts) co_return acts.error();
  const auto found = co_await servers_.get(number_of(machine.id()));
  if (!found) co_return to_error(found.error());
  if (!*found) {
    Error error{ErrorCode::not_found, fmt::format("server {} of {} does not exist any more", machine.id(), machine.name()), ""};
    co_return error;
  }
  const Server& server = **found;
  const bool others = !server.controller.empty() && server.controller != ownership_.controller();
  if (others) {
    Error error{ErrorCode::refused, fmt::format("{} belongs to another controller, {}", server.name, server.controller),
                fmt::format("if it is really nobody else's: {}", claim_of(server))};
    co_return error;
  }
  Labels labels = server.labels;
  for (const auto& [name, value] : ownership_.labels(forest, machine.name(), intent)) labels[name] = value;
  const bool is_sound = labels == server.labels && server.name == machine.name();
  if (is_sound) co_return false;
  const auto renamed = co_await servers_.rename(server.id, machine.name(), labels);
  if (!renamed) co_return to_error(renamed.error());
  co_return true;
}

}  // namespace morpheus::hetzner
