#pragma once

#include "daemon/provider/repairs.hpp"
#include "daemon/store/journal.hpp"

namespace morpheus {

// What a provider put right, as events of kind "provider".
class RepairEvents : public Repairs {
 public:
  explicit RepairEvents(Journal& journal) : journal_(journal) {}

  void put_right(const std::string& forest, const std::string& what) override;

 private:
  Journal& journal_;
};

}  // namespace morpheus
