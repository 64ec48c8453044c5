#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/forest/command/command_context.hpp"
#include "daemon/forest/forests.hpp"

// What operators ask for: each does what the call of that name in Forests promises, and the comment above a group names its file.
namespace morpheus::command {

// status_commands.cpp
std::vector<ForestSummary> list(const CommandContext& command);
Result<StatusView> status(const CommandContext& command, std::string_view forest);
Result<DecisionView> explain(const CommandContext& command, std::string_view forest);
Result<std::vector<DecisionView>> history(const CommandContext& command, std::string_view forest, std::int64_t before, int limit);
asio::awaitable<std::vector<Finding>> examine(const CommandContext& command, Freshness freshness);

// plant_command.cpp
asio::awaitable<Result<OperationView>> plant(const CommandContext& command, PlantRequest request, Caller caller);
asio::awaitable<Result<PlanView>> plan(const CommandContext& command, PlantRequest request);

// grow_command.cpp
asio::awaitable<Result<GrowAnswer>> grow(const CommandContext& command, std::string forest, GrowRequest request, Caller caller);

// shrink_command.cpp
asio::awaitable<Result<OperationView>> shrink(const CommandContext& command, std::string forest, std::string node, Caller caller);

// teardown_command.cpp
Result<OperationView> teardown(const CommandContext& command, std::string_view forest, const Caller& caller);

// image_command.cpp
asio::awaitable<Result<ImageView>> image(const CommandContext& command, std::string forest, std::string node, bool with_secrets, Caller caller);

// operation_commands.cpp
OperationView in_full(const CommandContext& command, const Operation& operation);
Result<OperationView> resume_operation(const CommandContext& command, std::int64_t id, const Caller& caller);
Result<OperationView> abort_operation(const CommandContext& command, std::int64_t id, const Caller& caller);

// pause_command.cpp
Result<ForestSummary> pause(const CommandContext& command, std::string_view forest, const Caller& caller);
Result<ForestSummary> resume(const CommandContext& command, std::string_view forest, const Caller& caller);

// orphans_command.cpp, adopt_command.cpp, delete_orphan_command.cpp
asio::awaitable<Result<OrphansView>> orphans(const CommandContext& command, Freshness freshness);
asio::awaitable<Result<AdoptionView>> adopt(const CommandContext& command, std::string name, Caller caller);
asio::awaitable<Result<DeletionView>> delete_orphan(const CommandContext& command, std::string name, Caller caller);

// lease_commands.cpp
LeaseView lease(const CommandContext& command);
asio::awaitable<Result<LeaseView>> take_over(const CommandContext& command, Caller caller);
Result<> may_move(const CommandContext& command);
Result<> begin_move(const CommandContext& command, const Caller& caller);
void end_move(const CommandContext& command);
Result<LeaseView> retire(const CommandContext& command, const Caller& caller);

}  // namespace morpheus::command
