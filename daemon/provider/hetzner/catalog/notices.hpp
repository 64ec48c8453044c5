#pragma once

#include <string>
#include <vector>

#include "common/config/config.hpp"
#include "common/error.hpp"
#include "daemon/provider/cloud/availability.hpp"
#include "daemon/provider/hetzner/catalog/catalog.hpp"

namespace morpheus::hetzner {

// What an operator should know of the choice that he made, and what to do about it.
struct Notice {
  std::string message;  // one sentence
  std::string hint;
};

// "message: hint"
std::string to_text(const Notice& notice);

// Each entry of hetzner.locations and server_types that is skipped: a name that does not exist (any more), with the nearest that does; a
// type that no location sells; one that the image does not fit.
std::vector<Notice> skipped_entries(const Catalog& catalog, const Config::Hetzner& config);

// What the API says against pairs, which are tried all the same.
std::vector<Notice> advice_on(const Catalog& catalog, const std::vector<MachinePair>& pairs);

// invalid: a list is empty, or every entry of it is skipped. It says what to write.
Result<> check_choice(const Catalog& catalog, const Config::Hetzner& config);

}  // namespace morpheus::hetzner
