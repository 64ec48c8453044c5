#include "daemon/secrets/nkey.hpp"

#include <gtest/gtest.h>
#include <nats/nats.h>
#include <openssl/evp.h>

#include <memory>

namespace morpheus {
namespace {

// Counts up, so that keys repeat.
class CountingIds : public Ids {
 public:
  std::string random_hex(int bytes) override {
    std::string text;
    for (int i = 0; i < bytes; ++i) text += "0123456789abcdef"[++count_ % 16], text += "0123456789abcdef"[(count_ / 16) % 16];
    return text;
  }

 private:
  std::size_t count_ = 0;
};

// That a real server lets its user in is tried where the daemon's requests are (tests/unit/nats).
TEST(Nkey, IsWhatNatsClientsTakeAndRepeatsForTheSameBytes) {
  CountingIds ids;
  const Nkey key = make_user_nkey(ids);
  EXPECT_TRUE(key.seed.starts_with("SU")) << key.seed;
  EXPECT_EQ(key.seed.size(), 58U);
  EXPECT_TRUE(key.public_key.starts_with("U")) << key.public_key;
  EXPECT_EQ(key.public_key.size(), 56U);
  ASSERT_EQ(nats_Open(-1), NATS_OK);
  unsigned char* signature = nullptr;
  int length = 0;
  ASSERT_EQ(nats_Sign(key.seed.c_str(), "nonce", &signature, &length), NATS_OK) << "libnats checks the seed's CRC";
  const std::unique_ptr<unsigned char, decltype(&::free)> owner(signature, ::free);
  EXPECT_EQ(length, 64);
  nats_Close();
  CountingIds again;
  EXPECT_EQ(make_user_nkey(again).public_key, key.public_key);
  EXPECT_NE(make_user_nkey(again).public_key, key.public_key);
}

// base64url without padding.
std::string encoded(const unsigned char* bytes, int length) {
  std::string text(static_cast<std::size_t>(2 * length), '\0');
  text.resize(static_cast<std::size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes, length)));
  for (char& letter : text) letter = letter == '+' ? '-' : letter == '/' ? '_' : letter;
  return text.substr(0, text.find('='));
}

TEST(Nkey, SignsAsNatsClientsDo) {
  SystemIds ids;
  ASSERT_EQ(nats_Open(-1), NATS_OK);
  for (const char* nonce : {"n", "nonce", "abcdefghijklmnop"}) {
    const Nkey key = make_user_nkey(ids);
    unsigned char* signature = nullptr;
    int length = 0;
    ASSERT_EQ(nats_Sign(key.seed.c_str(), nonce, &signature, &length), NATS_OK);
    const std::unique_ptr<unsigned char, decltype(&::free)> owner(signature, ::free);
    EXPECT_EQ(nkey_signature(key.seed, nonce), encoded(signature, length));
  }
  nats_Close();
}

TEST(Nkey, ADamagedSeedSignsNothing) {
  SystemIds ids;
  const std::string seed = make_user_nkey(ids).seed;
  std::string changed = seed;
  changed[20] = changed[20] == 'A' ? 'B' : 'A';
  for (const std::string& damaged : {std::string(), seed.substr(1), seed.substr(0, 57), seed + "A7", changed, std::string("SU 1"), std::string(58, '!')}) {
    EXPECT_FALSE(nkey_signature(damaged, "nonce")) << damaged;
  }
}

}  // namespace
}  // namespace morpheus
