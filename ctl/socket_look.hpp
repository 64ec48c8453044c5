#pragma once

#include <string>

#include "common/model/finding.hpp"

namespace morpheus::ctl {

// What can be told of a control socket whose daemon does not answer: whether it is there, may be used, and who listens.
Finding look_at_socket(const std::string& path);

}  // namespace morpheus::ctl
