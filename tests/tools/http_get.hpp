#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace morpheus {

// The body of an answer with status 200 to GET http://ADDRESS:PORT/TARGET (IPv4); unset for anything else,
// within `limit`.
std::optional<std::string> http_get(const std::string& address, int port, const std::string& target,
                                    std::chrono::milliseconds limit = std::chrono::seconds{2});

// Resident memory of the nats-server whose monitoring port is 8222 at `address`, in bytes; unset without an
// answer.
std::optional<std::int64_t> server_memory(const std::string& address);

}  // namespace morpheus
