#pragma once

#include <string>

#include "tests/integration/daemon_box.hpp"
#include "tests/tools/fake_cloud.hpp"

namespace morpheus {

inline constexpr const char* usual_cloud = "server_types: [cx23, cpx22], locations: [fsn1, nbg1]";

// Settings of a daemon that has `cloud` as its Hetzner; `hetzner` holds the section's further keys.
BoxSettings in_cloud(const FakeCloud& cloud, const std::string& hetzner = usual_cloud);

// The nodes' addresses, as `status` shows them.
std::vector<std::string> addresses_of(const DaemonBox& box, const std::string& forest);

}  // namespace morpheus
