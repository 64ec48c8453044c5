#include "daemon/provider/hetzner/catalog.hpp"

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

Config::Hetzner choice(std::vector<std::string> types, std::vector<std::string> locations) {
  Config::Hetzner config;
  config.server_types = std::move(types);
  config.locations = std::move(locations);
  return config;
}

TEST(Catalog, APriceHasItsAddressesInIt) {
  EXPECT_DOUBLE_EQ(catalog().price("cx23", "fsn1", true)->monthly, 5.99);
  EXPECT_DOUBLE_EQ(catalog().price("cx23", "fsn1", false)->monthly, 5.49);
  EXPECT_FALSE(catalog().price("cx23", "nbg1", true)) << "what an address costs there is not known";
  EXPECT_FALSE(catalog().price("cx23", "hel1", false));
  EXPECT_FALSE(catalog().price("cx99", "fsn1", false));
}

TEST(Catalog, AChoiceThatCannotBeIsRefusedWithTheWayOut) {
  EXPECT_TRUE(check_choice(catalog(), choice({"cx23"}, {"fsn1", "nbg1"})));
  const auto typo = check_choice(catalog(), choice({"cx32"}, {"fsn1"}));
  EXPECT_EQ(typo.error().hint, "did you mean cx23?");
  const auto far = check_choice(catalog(), choice({"m5.large"}, {"fsn1"}));
  EXPECT_EQ(far.error().hint, "there are cax11, cx23");
  const auto elsewhere = check_choice(catalog(), choice({"cx23"}, {"hel1"}));
  EXPECT_EQ(elsewhere.error().hint, "it is sold in fsn1, nbg1");
  const auto no_image = check_choice(catalog(), choice({"cax11"}, {"hel1"}));
  EXPECT_THAT(no_image.error().message, testing::HasSubstr("there is no debian-12 for arm"));
}

}  // namespace
}  // namespace morpheus::hetzner
