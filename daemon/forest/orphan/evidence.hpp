#pragma once

#include <string>

#include "common/error.hpp"
#include "common/model/node.hpp"
#include "daemon/monitor/report.hpp"

namespace morpheus {

// What a server's own answers say about the node that it is.
struct Evidence {
  NodeRole role = NodeRole::core;
  bool witness = false;  // the meta group lists one of its own
};

// Whether what answered is node `name` of `forest`: its server's name, its cluster's, healthy, and JetStream on or off, which
// tells core from edge. The error says what was seen instead.
Result<Evidence> evidence_of(const NodeReport& report, const std::string& forest, const std::string& name);

}  // namespace morpheus
