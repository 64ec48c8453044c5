#pragma once

#include <string>
#include <vector>

#include "common/protocol/views.hpp"
#include "ctl/render/style.hpp"

namespace morpheus::ctl {

// `explain`: the answer, each gate's verdict and what would change it, the nodes' numbers.
std::string render_decision(const DecisionView& decision, const std::string& forest, const Style& style);

// `history`: a table, newest first.
std::string render_history(const std::vector<DecisionView>& decisions);

// `events`: one line, with the day.
std::string render_event(const EventView& event, const Style& style);

// A step of work that is watched: the time of day, who, what.
std::string render_progress(const EventView& event, const Style& style);

// "grow #4": an operation as people name it.
std::string operation_name(const OperationView& operation);

// `operations`: a table, newest first.
std::string render_operations(const std::vector<OperationView>& operations);

// One line on what waits, for what and since when, and one on what to type.
std::string render_wait(const WaitView& wait, const Style& style);

// `operation`: what it is, what became of it, its nodes, and what it waits for.
std::string render_operation(const OperationView& operation, const Style& style);

}  // namespace morpheus::ctl
