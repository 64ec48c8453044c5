#include "daemon/provider/local/address_pool.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "common/decode/json.hpp"
#include "daemon/image/node_spec.hpp"
#include "daemon/provider/local/files.hpp"
#include "daemon/runtime/durable_file.hpp"
#include "daemon/runtime/small_file.hpp"

namespace morpheus {
namespace {

constexpr int last_host = 254;
constexpr int first_second_byte = 16;
constexpr int second_bytes = 239;  // 16 .. 254
constexpr std::array<int, 6> node_ports{client_port,         route_port,         monitor_port,
                                        witness_client_port, witness_route_port, witness_monitor_port};

std::array<unsigned char, EVP_MAX_MD_SIZE> sha256(const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  if (EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("OpenSSL has no SHA-256");
  }
  return digest;
}

bool can_bind(const std::string& address, int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  // As nats-server does: connections that are over do not make a port busy, a listener does.
  const int yes = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(static_cast<std::uint16_t>(port));
  ::inet_pton(AF_INET, address.c_str(), &where.sin_addr);
  const bool bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0;
  ::close(fd);
  return bound;
}

constexpr std::size_t largest_file = std::size_t{1} << 20;         // bytes; beyond that it is an error, not just nobody's
constexpr std::size_t largest_reservation = std::size_t{4} << 10;  // bytes
constexpr DecodeBounds reservation_bounds{largest_reservation, 4, 100, largest_reservation};

Reservation read_reservation(const JsonObject& json) {
  return {"", json.text("controller"), json.text("forest"), json.text("machine")};
}

std::set<std::string> names_in(const std::filesystem::path& directory, std::error_code& error) {
  std::set<std::string> names;
  for (std::filesystem::directory_iterator at(directory, error), end; !error && at != end;
       at.increment(error)) {
    const auto name = at->path().filename().string();
    if (!name.starts_with('.')) names.insert(name);
  }
  return names;
}

}  // namespace

std::string subnet_of(const std::string& installation_id, int n) {
  const auto digest = sha256(installation_id);
  return fmt::format("127.{}.{}", first_second_byte + digest[0] % second_bytes, (digest[1] + n) % 256);
}

bool is_free(const std::string& address) {
  return std::ranges::all_of(node_ports, [&address](int port) { return can_bind(address, port); });
}

std::optional<Reservation> parse_reservation(const std::string& address, std::string_view text) {
  auto reservation = decode({address, ErrorCode::failed}, text, reservation_bounds, read_reservation);
  if (!reservation) return std::nullopt;
  reservation->address = address;
  return *std::move(reservation);
}

AddressPool::AddressPool(std::filesystem::path directory, std::string installation_id)
    : directory_(std::move(directory)), controller_(std::move(installation_id)) {}

Result<std::string> AddressPool::reserve(const std::string& forest, const std::string& machine) {
  const auto known = reservations();
  if (!known) return known.error();
  const auto mine = std::ranges::find(*known, machine, &Reservation::machine);
  if (mine != known->end()) return mine->address;

  std::error_code error;
  const auto taken = names_in(directory_, error);
  if (error) return file_error(directory_, error.value());
  for (int n = 0; n < subnets; ++n) {
    const auto subnet = subnet_of(controller_, n);
    for (int host = 1; host <= last_host; ++host) {
      const Reservation reservation{fmt::format("{}.{}", subnet, host), controller_, forest, machine};
      if (taken.contains(reservation.address) || !is_free(reservation.address)) continue;
      const auto got = take(reservation);
      if (!got) return got.error();
      if (*got) return reservation.address;
    }
  }
  return Error{
      ErrorCode::unavailable,
      fmt::format("no address is free in {}.0 and the {} subnets after it", subnet_of(controller_, 0),
                  subnets - 1),
      fmt::format("is there a server on every address (0.0.0.0) of port {}, {} or {}? End it, or give it an "
                  "address of its own",
                  client_port, route_port, monitor_port)};
}

// A link appears whole or not at all, and never takes a name that is there.
Result<bool> AddressPool::take(const Reservation& reservation) {
  const nlohmann::json json{{"controller", reservation.controller},
                            {"forest", reservation.forest},
                            {"machine", reservation.machine}};
  const auto draft = directory_ / (".tmp-" + reservation.address);
  const auto written = write_file(draft, json.dump(), state_dir_hint);
  if (!written) return written.error();
  const auto file = directory_ / reservation.address;
  const bool linked = ::link(draft.c_str(), file.c_str()) == 0;
  const int error = errno;
  ::unlink(draft.c_str());
  if (!linked && error == EEXIST) return false;
  if (!linked) return file_error(file, error);
  const auto synced = sync_directory(directory_, state_dir_hint);
  if (!synced) return synced.error();
  return true;
}

Result<> AddressPool::release(const std::string& machine) {
  const auto known = reservations();
  if (!known) return known.error();
  for (const Reservation& reservation : *known) {
    if (reservation.machine != machine) continue;
    const auto file = directory_ / reservation.address;
    if (::unlink(file.c_str()) != 0 && errno != ENOENT) return file_error(file, errno);
  }
  return {};
}

Result<std::vector<Reservation>> AddressPool::reservations() const {
  std::error_code error;
  const auto names = names_in(directory_, error);
  if (error) return file_error(directory_, error.value());
  std::vector<Reservation> found;
  for (const auto& name : names) {
    const auto text = read_small_file(directory_ / name, largest_file, state_dir_hint);
    if (!text) return text.error();
    if (!*text) continue;  // released meanwhile
    auto reservation = parse_reservation(name, **text);
    if (reservation && reservation->controller == controller_) found.push_back(*std::move(reservation));
  }
  return found;
}

}  // namespace morpheus
