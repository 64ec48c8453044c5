#include "common/model/network.hpp"

#include <gtest/gtest.h>

namespace morpheus {
namespace {

TEST(Network, HasOneWayToBeWritten) {
  EXPECT_EQ(canonical_network("2001:DB8:0:0::/32"), "2001:db8::/32");
  EXPECT_EQ(canonical_network("2001:0db8:0000::0001/128"), "2001:db8::1/128");
  EXPECT_EQ(canonical_network("10.0.0.0/08"), "10.0.0.0/8");
  EXPECT_EQ(canonical_network("0::/0"), "::/0");
  EXPECT_EQ(canonical_network("192.0.2.7/32"), "192.0.2.7/32");
}

TEST(Network, WhatIsNoneStaysAsItIs) {
  for (const char* text : {"", "/", "10.0.0.0", "10.0.0.0/", "10.0.0/8", "10.0.0.1/8", "::/129", "fe80::1%eth0/64", "1.2.3.4/ 8"}) {
    EXPECT_EQ(canonical_network(text), text);
    EXPECT_FALSE(Network::parse(text)) << text;
  }
}

TEST(Network, HostBitsAreRefusedWithTheNetworkThatWasMeant) {
  const auto refused = Network::parse("10.255.3.1/12");
  ASSERT_FALSE(refused);
  EXPECT_EQ(describe(refused.error()), "\"10.255.3.1/12\" has host bits: write 10.240.0.0/12");
}

TEST(Network, IsTheSameHoweverItIsWritten) {
  EXPECT_EQ(*Network::parse("2001:DB8:0:0::/32"), *Network::parse("2001:db8::/32"));
  EXPECT_NE(*Network::parse("2001:db8::/32"), *Network::parse("2001:db8::/33"));
  EXPECT_NE(*Network::parse("0.0.0.0/0"), *Network::parse("::/0"));
}

}  // namespace
}  // namespace morpheus
