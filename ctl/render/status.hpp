#pragma once

#include <string>
#include <vector>

#include "common/protocol/views.hpp"
#include "ctl/render/screen.hpp"
#include "ctl/render/style.hpp"

namespace morpheus::ctl {

// `list`: a table of forests.
std::string render_list(const std::vector<ForestSummary>& forests);

// What `grow` shows before it asks: forest, cluster, bars, nodes, warnings.
std::string render_health(const StatusView& status, const Style& style);

// `status`: the same, with states, roles, limits and the last decision.
std::string render_status(const StatusView& status, const Style& style);

// The same for a screen of limited size: the nodes come first.
Screen status_screen(const StatusView& status, const Style& style);

// `status` of several forests: a table with a line each, and what needs a look.
std::string render_statuses(const std::vector<StatusView>& forests);
std::string render_all_warnings(const std::vector<StatusView>& forests, const Style& style);

// The status as it would be with another threshold, in percent, for CPU and memory both: `grow --threshold`.
StatusView with_threshold(StatusView status, double threshold);

}  // namespace morpheus::ctl
