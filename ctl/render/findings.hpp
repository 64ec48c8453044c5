#pragma once

#include <string>
#include <vector>

#include "common/model/finding.hpp"
#include "ctl/render/style.hpp"

namespace morpheus::ctl {

// A line a finding, with a mark for its level; what to type stands under it.
std::string render_findings(const std::vector<Finding>& findings, const Style& style);

}  // namespace morpheus::ctl
