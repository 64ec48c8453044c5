#pragma once

#include <cstdint>
#include <string>

#include "daemon/forest/context.hpp"

namespace morpheus {

// So often an operation is tried in a row without progress, when each try ended by a fault or by the daemon's crash. Then it is
// parked: it keeps its place, and nobody works at it before an operator says so.
inline constexpr int most_attempts = 3;

// Stores that an attempt begins, before it does. False: there is nothing to do, because the operation has ended or is parked.
bool begin_attempt(const ForestContext& context, std::int64_t operation_id);
// Stores that the attempt ended by `fault`, with an event; parks the operation after the last one.
void note_fault(const ForestContext& context, std::int64_t operation_id, const std::string& fault);
// Stores that the attempt ended well although the operation goes on: somebody else acts, or the daemon was stopped.
void forgive_attempt(const ForestContext& context, std::int64_t operation_id);

// At a start of the daemon: what became of the attempt that was under way when it ended. Parks an operation that was under way in
// several crashes running.
void settle_attempt(const ForestContext& context, Operation operation, bool after_crash);

// Makes a parked operation one that is tried again, as a part of the transaction that is open.
void unpark(const ForestContext& context, Operation& operation);

}  // namespace morpheus
