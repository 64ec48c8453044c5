#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace morpheus::ctl {

// The text, or "-" for an empty one.
std::string or_dash(const std::string& text);

// "12%", or "-" for what is not known.
std::string percent(const std::optional<double>& value);

// "23", or "-" for what is not known.
std::string count(const std::optional<std::int64_t>& value);

// "1.2M": three digits at most, K, M, G, T by thousands; "-" for what is not known.
std::string short_count(const std::optional<std::uint64_t>& value);

// "1 node", "3 nodes".
std::string node_count(std::size_t nodes);

// "7 min 20 s".
std::string wait_words(std::int64_t seconds);

// A bar of 28 cells for 0 to 100 percent.
std::string bar(double percent);

// "node-2" for "demo-node-2" of forest "demo".
std::string short_name(const std::string& node, const std::string& forest);

// A sentence with each whole word "<forest>-node-<n>" made short.
std::string short_names(const std::string& text, const std::string& forest);

}  // namespace morpheus::ctl
