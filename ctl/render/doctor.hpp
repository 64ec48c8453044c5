#pragma once

#include <string>

#include "common/protocol/views.hpp"
#include "ctl/render/style.hpp"

namespace morpheus::ctl {

// A line a check, what to do about it below; then how many there are of each kind.
std::string render_doctor(const DoctorView& view, const Style& style);

}  // namespace morpheus::ctl
