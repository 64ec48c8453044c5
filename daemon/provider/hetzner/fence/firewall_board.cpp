#include "daemon/provider/hetzner/fence/firewall_board.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <charconv>
#include <utility>

#include "daemon/provider/hetzner/api/api.hpp"

namespace morpheus::hetzner {
namespace {

std::int64_t id_of(const std::string& place) {
  std::int64_t id = 0;
  std::from_chars(place.data(), place.data() + place.size(), id);
  return id;
}

}  // namespace

Posting FirewallBoard::posting_of(const Firewall& firewall) {
  labels_[firewall.id] = firewall.labels;
  return {std::to_string(firewall.id), lease_in(label_at(firewall.labels, lease_label))};
}

asio::awaitable<Result<std::vector<Posting>>> FirewallBoard::read(Urgency urgency) {
  const auto changes = changes_;
  const auto found = co_await api_.list("firewalls", "label_selector=" + ownership_.select_own(), read_firewall, urgency);
  if (!found) co_return to_error(found.error());
  std::vector<Posting> postings;
  std::map<std::string, Firewall> seen;
  labels_.clear();
  for (Firewall& firewall : ownership_.own(*found)) {
    postings.push_back(posting_of(firewall));
    const auto forest = label_at(firewall.labels, forest_label);
    seen[forest] = std::move(firewall);
  }
  seen_.clear();  // what is older than this list is not of this look
  if (changes == changes_) seen_ = std::move(seen);
  co_return Result<std::vector<Posting>>{std::move(postings)};
}

asio::awaitable<Result<bool>> FirewallBoard::write(std::string place, Lease lease, Urgency urgency) {
  const auto id = id_of(place);
  const auto known = labels_.find(id);
  if (known == labels_.end()) co_return Result<bool>{false};
  Labels labels = known->second;
  labels[lease_label] = to_text(lease);
  nlohmann::json body;
  body["labels"] = labels;
  const auto put = co_await api_.put(fmt::format("/firewalls/{}", id), body, read_one_firewall, urgency);
  const auto forest = label_at(labels, forest_label);
  const auto seen = seen_.find(forest);
  const bool is_seen = seen != seen_.end() && seen->second.id == id;
  if (put) {
    spdlog::info("{}: this daemon acts for it, by {}", forest, to_text(lease));
    if (is_seen) seen->second.labels = labels;
    labels_[id] = std::move(labels);
    co_return Result<bool>{true};
  }
  if (is_seen) seen_.erase(seen);
  const bool vanished = put.error().fault == Fault::not_found;
  const bool refused = put.error().fault == Fault::invalid;
  if (refused && urgency == Urgency::deleting) {  // nobody else holds it, and what is deleted costs nothing any more
    spdlog::warn("{}: its firewall cannot say that this daemon acts: {}", forest, put.error().message);
    co_return Result<bool>{true};
  }
  if (!vanished) co_return to_error(put.error());
  co_return Result<bool>{false};
}

std::optional<Firewall> FirewallBoard::seen(const std::string& forest) const {
  const auto found = seen_.find(forest);
  if (found == seen_.end()) return std::nullopt;
  return found->second;
}

void FirewallBoard::forget(const std::string& forest) {
  seen_.erase(forest);
  ++changes_;
}

}  // namespace morpheus::hetzner
