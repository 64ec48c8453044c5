#include "common/model/names.hpp"

#include <array>
#include <utility>

namespace morpheus {
namespace {

// The one table of each enumeration's names.
template <class Enum>
constexpr int names = 0;

template <>
constexpr auto names<NodeRole> = std::to_array<std::pair<NodeRole, std::string_view>>(
    {{NodeRole::core, "core"}, {NodeRole::edge, "edge"}});
template <>
constexpr auto names<NodeState> =
    std::to_array<std::pair<NodeState, std::string_view>>({{NodeState::planned, "planned"},
                                                           {NodeState::creating, "creating"},
                                                           {NodeState::booting, "booting"},
                                                           {NodeState::joining, "joining"},
                                                           {NodeState::ready, "ready"},
                                                           {NodeState::draining, "draining"},
                                                           {NodeState::deleting, "deleting"},
                                                           {NodeState::gone, "gone"},
                                                           {NodeState::failed, "failed"}});
template <>
constexpr auto names<ForestState> =
    std::to_array<std::pair<ForestState, std::string_view>>({{ForestState::planting, "planting"},
                                                             {ForestState::active, "active"},
                                                             {ForestState::failed, "failed"},
                                                             {ForestState::tearing_down, "tearing-down"}});
template <>
constexpr auto names<OperationKind> =
    std::to_array<std::pair<OperationKind, std::string_view>>({{OperationKind::plant, "plant"},
                                                               {OperationKind::grow, "grow"},
                                                               {OperationKind::shrink, "shrink"},
                                                               {OperationKind::teardown, "teardown"}});
template <>
constexpr auto names<OperationState> =
    std::to_array<std::pair<OperationState, std::string_view>>({{OperationState::running, "running"},
                                                                {OperationState::succeeded, "succeeded"},
                                                                {OperationState::failed, "failed"},
                                                                {OperationState::cancelled, "cancelled"}});
template <>
constexpr auto names<EventLevel> = std::to_array<std::pair<EventLevel, std::string_view>>(
    {{EventLevel::info, "info"}, {EventLevel::warning, "warning"}, {EventLevel::error, "error"}});
template <>
constexpr auto names<FindingLevel> = std::to_array<std::pair<FindingLevel, std::string_view>>(
    {{FindingLevel::ok, "ok"}, {FindingLevel::warning, "warning"}, {FindingLevel::failed, "failed"}});
template <>
constexpr auto names<Outcome> =
    std::to_array<std::pair<Outcome, std::string_view>>({{Outcome::grow, "grow"},
                                                         {Outcome::none, "none"},
                                                         {Outcome::blocked, "blocked"},
                                                         {Outcome::unknown, "unknown"}});
template <>
constexpr auto names<Verdict> = std::to_array<std::pair<Verdict, std::string_view>>(
    {{Verdict::pass, "pass"}, {Verdict::block, "block"}, {Verdict::ignored, "ignored"}});
template <>
constexpr auto names<Trigger> = std::to_array<std::pair<Trigger, std::string_view>>(
    {{Trigger::loop, "loop"}, {Trigger::auto_command, "auto"}, {Trigger::manual, "manual"}});
template <>
constexpr auto names<WaitReason> = std::to_array<std::pair<WaitReason, std::string_view>>({{WaitReason::turn, "turn"},
                                                                                          {WaitReason::store, "store"},
                                                                                          {WaitReason::parked, "parked"},
                                                                                          {WaitReason::address, "address"},
                                                                                          {WaitReason::firewall, "firewall"},
                                                                                          {WaitReason::machine, "machine"},
                                                                                          {WaitReason::boot, "boot"},
                                                                                          {WaitReason::join, "join"},
                                                                                          {WaitReason::drain, "drain"},
                                                                                          {WaitReason::deletion, "deletion"},
                                                                                          {WaitReason::meta_group, "meta-group"},
                                                                                          {WaitReason::leftovers, "leftovers"},
                                                                                          {WaitReason::provider, "provider"},
                                                                                          {WaitReason::decision, "decision"},
                                                                                          {WaitReason::shutdown, "shutdown"}});
static_assert(names<WaitReason>.size() == all_wait_reasons.size());
static_assert(names<OperationKind>.size() == all_operation_kinds.size());

template <class Enum>
std::string_view name_of(Enum value) {
  for (const auto& [candidate, name] : names<Enum>) {
    if (candidate == value) return name;
  }
  return "invalid";
}

}  // namespace

template <class Enum>
std::optional<Enum> from_string(std::string_view text) {
  for (const auto& [value, name] : names<Enum>) {
    if (name == text) return value;
  }
  return std::nullopt;
}

std::string_view to_string(NodeRole role) { return name_of(role); }
std::string_view to_string(NodeState state) { return name_of(state); }
std::string_view to_string(ForestState state) { return name_of(state); }
std::string_view to_string(OperationKind kind) { return name_of(kind); }
std::string_view to_string(OperationState state) { return name_of(state); }
std::string_view to_string(EventLevel level) { return name_of(level); }
std::string_view to_string(FindingLevel level) { return name_of(level); }
std::string_view to_string(Outcome outcome) { return name_of(outcome); }
std::string_view to_string(Verdict verdict) { return name_of(verdict); }
std::string_view to_string(Trigger trigger) { return name_of(trigger); }
std::string_view to_string(WaitReason reason) { return name_of(reason); }

template std::optional<NodeRole> from_string(std::string_view);
template std::optional<NodeState> from_string(std::string_view);
template std::optional<ForestState> from_string(std::string_view);
template std::optional<OperationKind> from_string(std::string_view);
template std::optional<OperationState> from_string(std::string_view);
template std::optional<EventLevel> from_string(std::string_view);
template std::optional<FindingLevel> from_string(std::string_view);
template std::optional<Outcome> from_string(std::string_view);
template std::optional<Verdict> from_string(std::string_view);
template std::optional<Trigger> from_string(std::string_view);
template std::optional<WaitReason> from_string(std::string_view);

}  // namespace morpheus
