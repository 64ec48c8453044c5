#pragma once

#include <chrono>
#include <cstdint>

#include "common/model/time.hpp"

// How much the database remembers.
namespace morpheus::bounds {

constexpr Millis full_resolution = std::chrono::hours{2};  // then one sample a minute of each node
constexpr Millis thinned_resolution = std::chrono::minutes{1};
constexpr Millis samples_kept = std::chrono::days{7};
constexpr int decisions_of_a_forest = 1'000;  // and those that started an operation
constexpr int gone_nodes_of_a_forest = 100;
constexpr int finished_operations = 5'000;
constexpr int events = 50'000;
constexpr int event_message = 8 * 1024;  // bytes; more is cut off

// Work of one call of thin(): rows that it looks at among the samples, and rows that it deletes of each other
// kind.
constexpr int samples_a_call = 20'000;
constexpr int rows_a_call = 2'000;

// SQLite refuses every insert for ever once an id is 2^63-1, and JSON's readers are exact up to here. Counting never gets there.
constexpr std::int64_t largest_id = std::int64_t{1} << 53;
// What a restore takes, and what plant makes: with 10,000 forests no command was answered within 15 s.
constexpr std::int64_t forests = 1'000;
// Rows, those that are gone included. growth.max_nodes is 10,000 at most; nodes that were adopted come on top.
constexpr std::int64_t nodes_of_a_forest = 20'000;

// Random bytes of a new installation id.
constexpr int installation_id_bytes = 8;
// And of a lease's holder: with the epoch it has to fit a cloud's label of 63 characters.
constexpr int holder_bytes = 8;

}  // namespace morpheus::bounds
