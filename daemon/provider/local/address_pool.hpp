#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/error.hpp"

namespace morpheus {

// An address and whose it is.
struct Reservation {
  std::string address;
  std::string controller;
  std::string forest;
  std::string machine;
};

// Addresses out of 127.0.0.0/8, each reserved by a file of its name, in a subnet that is derived from the
// installation id.
class AddressPool {
 public:
  static constexpr int subnets = 4;  // tried one after another before there is no address

  AddressPool(std::filesystem::path directory, std::string installation_id);

  // The machine's address, the same one when asked again. unavailable: none is free.
  Result<std::string> reserve(const std::string& forest, const std::string& machine);

  // Success if it has none.
  Result<> release(const std::string& machine);

  // This installation's.
  Result<std::vector<Reservation>> reservations() const;

 private:
  Result<bool> take(const Reservation& reservation);

  std::filesystem::path directory_;
  std::string controller_;
};

// What a reservation's file says; unset: it is damaged, and nobody's.
std::optional<Reservation> parse_reservation(const std::string& address, std::string_view text);

// The n-th subnet that an installation tries, as "127.a.b": a from 16 up, so that 127.0 and 127.1, where
// others live, stay theirs.
std::string subnet_of(const std::string& installation_id, int n);

// Nothing listens there on any port of a node.
bool is_free(const std::string& address);

}  // namespace morpheus
