#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/provider/lease/lease_board.hpp"
#include "daemon/provider/lease/lease_holder.hpp"

namespace morpheus {

// Acts until it is superseded.
class OneOfTwo : public LeaseHolder {
 public:
  Lease held{3, "a1"};
  std::optional<Lease> other;

  Result<Lease> own() const override {
    if (other) return Error{ErrorCode::refused, "retired", ""};
    return held;
  }
  Error supersede(const Lease& by) override {
    other = by;
    return Error{ErrorCode::superseded, "another daemon acts", ""};
  }
};

// One place, in the test's own hands.
class BoardInHand : public LeaseBoard {
 public:
  std::optional<Lease> posted;
  int reads = 0;

  asio::awaitable<Result<std::vector<Posting>>> read(Urgency) override {
    ++reads;
    std::vector<Posting> all;
    if (posted) all.push_back({"here", posted});
    co_return Result<std::vector<Posting>>{std::move(all)};
  }
  asio::awaitable<Result<bool>> write(std::string, Lease lease, Urgency) override {
    posted = std::move(lease);
    co_return Result<bool>{true};
  }
};

}  // namespace morpheus
