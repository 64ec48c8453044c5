#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "daemon/provider/hetzner/catalog/preflight.hpp"
#include "daemon/provider/hetzner/hetzner_provider.hpp"

namespace morpheus::hetzner {

asio::awaitable<Result<Offer>> HetznerProvider::offer() {
  const auto guarded = check_admin_networks(settings_.security);
  if (!guarded) co_return guarded.error();
  const auto refreshed = co_await refresh_catalog(Purpose::acting);
  if (!refreshed) co_return refreshed.error();
  const auto chosen = check_choice(*catalog_, settings_.hetzner);
  if (!chosen) co_return chosen.error();
  const auto keys = co_await keys_.ids(false);
  if (!keys) co_return keys.error();
  const auto writable = co_await access_.check_token_may_write(urgency_of(Purpose::acting));
  if (!writable) co_return writable.error();
  Offer offer;
  const auto downloads = co_await check_downloads(settings_.integration, settings_.hetzner, *catalog_);
  if (!downloads) co_return downloads.error();
  offer.warnings = *downloads;
  for (const Notice& notice : notices()) offer.warnings.push_back(to_text(notice));
  if (settings_.hetzner.ssh_keys.empty()) {
    offer.warnings.push_back("hetzner.ssh_keys is empty: nobody can log in to the machines, and Hetzner mails root passwords");
  }
  if (const auto refusal = availability_.refusal(); !refusal.empty()) {
    Error error{ErrorCode::refused, refusal, outlook().way_out};
    co_return error;
  }
  const auto pair = choice().next();
  if (!pair) co_return choice().sold_out();
  const auto price = catalog_->price(pair->type, pair->location, settings_.hetzner.ipv4);
  offer.type = pair->type;
  offer.location = pair->location;
  offer.capacity = catalog_->type(pair->type)->capacity;
  offer.currency = catalog_->currency;
  if (price) {
    offer.hourly_cost = price->hourly;
    offer.monthly_cost = price->monthly;
  }
  co_return offer;
}

asio::awaitable<Result<>> HetznerProvider::refresh_catalog(Purpose purpose) {
  const auto is_fresh = [this] { return catalog_ && !catalog_is_old_ && clock_.boot() - catalog_read_ < catalog_age; };
  if (is_fresh()) co_return Result<>{};
  const auto turn = co_await reading_catalog_.take(static_cast<std::int64_t>(purpose));
  if (is_fresh()) co_return Result<>{};
  const bool just_failed = catalog_fault_ && clock_.boot() - catalog_failed_ < catalog_fault_age;
  if (just_failed && purpose == Purpose::reading) co_return catalog_ ? Result<>{} : *catalog_fault_;
  co_return co_await read_catalog_again(urgency_of(purpose));
}

asio::awaitable<Result<>> HetznerProvider::read_catalog_again(Urgency urgency) {
  auto read = co_await read_catalog(access_.reader(), settings_.hetzner.image, urgency);
  catalog_fault_.reset();
  if (!read) {
    catalog_fault_ = to_error(read.error());
    catalog_failed_ = clock_.boot();
    if (!catalog_ || read.error().fault == Fault::denied) co_return *catalog_fault_;
    spdlog::warn("prices and machine types are not read again: {}", read.error().message);
    co_return Result<>{};
  }
  catalog_ = *std::move(read);
  catalog_read_ = clock_.boot();
  catalog_is_old_ = false;
  log_skipped_entries();
  co_return Result<>{};
}

std::vector<Notice> HetznerProvider::notices() const {
  auto notices = skipped_entries(*catalog_, settings_.hetzner);
  std::ranges::move(advice_on(*catalog_, choice().pairs()), std::back_inserter(notices));
  return notices;
}

void HetznerProvider::log_skipped_entries() {
  std::set<std::string> skipped;
  for (const Notice& notice : skipped_entries(*catalog_, settings_.hetzner)) skipped.insert(to_text(notice));
  for (const auto& entry : skipped) {
    if (!logged_skipped_.contains(entry)) spdlog::warn("{}", entry);
  }
  logged_skipped_ = std::move(skipped);
}

Outlook HetznerProvider::outlook() const {
  Outlook outlook;
  outlook.costs_money = true;
  outlook.refusal = availability_.refusal();
  if (!outlook.refusal.empty()) outlook.way_out = "delete what is not needed, or ask Hetzner for a higher limit";
  if (!catalog_) return outlook;
  const auto all = choice().pairs();
  if (all.empty()) return outlook;
  const auto next = choice().next().value_or(all.front());
  const auto price = catalog_->price(next.type, next.location, settings_.hetzner.ipv4);
  if (price) outlook.monthly_cost = price->monthly;
  return outlook;
}

asio::awaitable<Result<std::string>> HetznerProvider::image(MachineSpec spec, std::string type, Purpose purpose) {
  const auto refreshed = co_await refresh_catalog(purpose);
  if (!refreshed) co_return refreshed.error();
  const auto next = choice().next();
  if (type.empty() && next) type = next->type;
  co_return user_data(spec, type);
}

}  // namespace morpheus::hetzner
