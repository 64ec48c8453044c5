#include "daemon/provider/hetzner/catalog/price.hpp"

#include <charconv>
#include <cmath>

#include "daemon/provider/hetzner/api/answer.hpp"

namespace morpheus::hetzner {
namespace {

std::optional<double> read_net(const JsonObject& price, const char* field) {
  return price_in(price.object(field).text("net"));
}

}  // namespace

std::optional<double> price_in(const std::string& text) {
  double price = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), price, std::chars_format::fixed);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || !std::isfinite(price) || price < 0) return std::nullopt;
  return price;
}

std::map<std::string, Price> read_prices(const JsonObject& json) {
  std::map<std::string, Price> prices;
  for (const JsonValue& each : json.array("prices")) {
    const JsonObject price = each.object();
    const auto hourly = read_net(price, "price_hourly");
    const auto monthly = read_net(price, "price_monthly");
    if (hourly && monthly) prices[price.shown("location", longest_api_name)] = Price{*hourly, *monthly};
  }
  return prices;
}

Pricing read_pricing(const JsonObject& answer) {
  const JsonObject json = answer.object("pricing");
  Pricing pricing;
  pricing.currency = json.shown("currency", longest_api_word);
  for (const JsonValue& each : json.array("primary_ips")) {
    const JsonObject kind = each.object();
    if (kind.text("type") == "ipv4") pricing.ipv4 = read_prices(kind);
  }
  return pricing;
}

}  // namespace morpheus::hetzner
