#include "daemon/provider/local/address_pool.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <set>

#include "tests/unit/provider/real_servers.hpp"

namespace morpheus {
namespace {

using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

class AddressPoolTest : public testing::Test {
 protected:
  AddressPoolTest() { std::filesystem::create_directory(directory()); }
  std::filesystem::path directory() const { return scratch_.path() / ".addresses"; }

  ScratchDir scratch_;
};

class Listener {
 public:
  Listener(const std::string& address, int port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const int yes = 1;
    ::setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(static_cast<std::uint16_t>(port));
    ::inet_pton(AF_INET, address.c_str(), &where.sin_addr);
    listens_ =
        ::bind(fd_, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0 && ::listen(fd_, 1) == 0;
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() { ::close(fd_); }
  bool listens() const { return listens_; }

 private:
  int fd_;
  bool listens_ = false;
};

TEST_F(AddressPoolTest, AddressIsTheSameWhenAskedAgainAndAfterARestart) {
  AddressPool pool(directory(), "one");
  const auto first = pool.reserve("f", "f-node-1");
  ASSERT_TRUE(first) << describe(first.error());
  EXPECT_THAT(*first, StartsWith(subnet_of("one", 0) + "."));
  EXPECT_EQ(*pool.reserve("f", "f-node-1"), *first);
  AddressPool next(directory(), "one");
  EXPECT_EQ(*next.reserve("f", "f-node-1"), *first);
  EXPECT_NE(*next.reserve("f", "f-node-2"), *first);
}

TEST_F(AddressPoolTest, TwoInstallationsHaveDifferentAddresses) {
  AddressPool one(directory(), "one"), two(directory(), "two");
  const auto first = one.reserve("f", "f-node-1");
  const auto second = two.reserve("f", "f-node-1");
  ASSERT_TRUE(first && second);
  EXPECT_NE(*first, *second);
  EXPECT_THAT(*one.reservations(), SizeIs(1));
  EXPECT_TRUE(two.release("f-node-1"));
  EXPECT_EQ(*one.reserve("f", "f-node-1"), *first);
  EXPECT_THAT(*two.reservations(), SizeIs(0));
}

TEST_F(AddressPoolTest, SubnetsKeepAwayFromWhereOthersLive) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const auto subnet = subnet_of("installation " + std::to_string(i), 0);
    const int second = std::stoi(subnet.substr(4));
    EXPECT_GE(second, 16) << subnet;
    EXPECT_LE(second, 254) << subnet;
    seen.insert(subnet);
  }
  EXPECT_GT(seen.size(), 950U);
  EXPECT_NE(subnet_of("one", 0), subnet_of("one", 1));
}

TEST_F(AddressPoolTest, AddressWhereSomebodyListensIsPassedOver) {
  const auto busy = subnet_of("busy", 0) + ".1";
  for (const int port : {4222, 6222, 8222, 4223, 6223, 8223}) {
    AddressPool pool(directory(), "busy");
    const Listener listener(busy, port);
    ASSERT_TRUE(listener.listens()) << port;
    const auto got = pool.reserve("f", "m");
    ASSERT_TRUE(got);
    EXPECT_NE(*got, busy) << port;
    EXPECT_TRUE(pool.release("m"));
  }
  AddressPool pool(directory(), "busy");
  EXPECT_EQ(*pool.reserve("f", "m"), busy);
}

TEST_F(AddressPoolTest, ReleasedAddressIsGivenOutAgain) {
  AddressPool pool(directory(), "one");
  const auto first = pool.reserve("f", "a");
  ASSERT_TRUE(first);
  EXPECT_TRUE(pool.release("a"));
  EXPECT_TRUE(pool.release("a"));
  EXPECT_EQ(*pool.reserve("f", "b"), *first);
}

TEST_F(AddressPoolTest, FullSubnetsGoOnInTheNextAndEndInAnError) {
  const auto fill = [&](int n) {
    for (int host = 1; host <= 254; ++host) {
      std::ofstream(directory() / (subnet_of("full", n) + "." + std::to_string(host))) << "{}";
    }
  };
  AddressPool pool(directory(), "full");
  fill(0);
  const auto next = pool.reserve("f", "m");
  ASSERT_TRUE(next);
  EXPECT_THAT(*next, StartsWith(subnet_of("full", 1) + "."));
  for (int n = 1; n < AddressPool::subnets; ++n) fill(n);
  const auto none = pool.reserve("f", "other");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::unavailable);
  EXPECT_THAT(none.error().message, HasSubstr(subnet_of("full", 0)));
}

}  // namespace
}  // namespace morpheus
