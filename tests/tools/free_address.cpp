#include "tests/tools/free_address.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <random>
#include <stdexcept>

namespace morpheus {
namespace {

constexpr int most_tries = 100;

bool is_free(const std::string& address, int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) throw std::runtime_error("no socket to be had");
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

}  // namespace

std::string free_address(std::initializer_list<int> ports) {
  std::random_device random;
  std::uniform_int_distribution second(200, 250);
  std::uniform_int_distribution third(0, 255);
  std::uniform_int_distribution fourth(1, 254);
  for (int i = 0; i < most_tries; ++i) {
    const auto address = fmt::format("127.{}.{}.{}", second(random), third(random), fourth(random));
    if (std::ranges::all_of(ports, [&](int port) { return is_free(address, port); })) return address;
  }
  throw std::runtime_error("no free loopback address was found");
}

}  // namespace morpheus
