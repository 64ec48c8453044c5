#include "daemon/provider/hetzner/catalog/catalog.hpp"

#include <gmock/gmock.h>

namespace morpheus::hetzner {
namespace {

Catalog catalog() {
  Catalog catalog;
  catalog.types["cx23"] = {"cx23", "x86", {2, 4'000'000'000}, {{"fsn1", {0.0075, 5.49}}, {"nbg1", {0.0075, 5.49}}}};
  catalog.types["cax11"] = {"cax11", "arm", {2, 4'000'000'000}, {{"hel1", {0.008, 5.99}}}};
  catalog.ipv4["fsn1"] = {0.0008, 0.5};
  catalog.image_architectures = {"x86"};
  return catalog;
}

TEST(Catalog, APriceHasItsAddressesInIt) {
  EXPECT_DOUBLE_EQ(catalog().price("cx23", "fsn1", true)->monthly, 5.99);
  EXPECT_DOUBLE_EQ(catalog().price("cx23", "fsn1", false)->monthly, 5.49);
  EXPECT_FALSE(catalog().price("cx23", "nbg1", true)) << "what an address costs there is not known";
  EXPECT_FALSE(catalog().price("cx23", "hel1", false));
  EXPECT_FALSE(catalog().price("cx99", "fsn1", false));
}

}  // namespace
}  // namespace morpheus::hetzner
