#include "daemon/provider/hetzner/api/token.hpp"

#include <gmock/gmock.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/tools/temp_dir.hpp"

namespace morpheus::hetzner {
namespace {

using testing::HasSubstr;
using testing::Not;

class TokenTest : public testing::Test {
 protected:
  void SetUp() override {
    ::unsetenv("HCLOUD_TOKEN");
    ::unsetenv("CREDENTIALS_DIRECTORY");
  }
  void TearDown() override { SetUp(); }

  std::string file(const std::string& content, std::filesystem::perms perms = std::filesystem::perms::owner_read) {
    const auto path = dir_ / "token";
    std::filesystem::remove(path);
    std::ofstream(path) << content;
    std::filesystem::permissions(path, perms);
    return path;
  }

  TempDir dir_;
};

TEST_F(TokenTest, TheCredentialGoesBeforeTheFileAndTheFileBeforeTheVariable) {
  ::setenv("HCLOUD_TOKEN", "of-the-variable", 1);
  const auto path = file("of-the-file\n");
  EXPECT_EQ(*read_token(path), "of-the-file");
  EXPECT_EQ(::getenv("HCLOUD_TOKEN"), nullptr) << "no child inherits it";
  std::filesystem::create_directory(dir_ / "credentials");
  std::ofstream(dir_ / "credentials/hcloud-token") << "of-systemd\n";
  ::setenv("CREDENTIALS_DIRECTORY", (dir_ / "credentials").c_str(), 1);
  EXPECT_EQ(*read_token(path), "of-systemd");
  ::unsetenv("CREDENTIALS_DIRECTORY");
  ::setenv("HCLOUD_TOKEN", "of-the-variable", 1);
  EXPECT_EQ(*read_token(""), "of-the-variable");
}

TEST_F(TokenTest, AFileThatOthersCanReadIsRefused) {
  using std::filesystem::perms;
  for (const perms more : {perms::group_read, perms::others_read}) {
    const auto refused = read_token(file("secret", perms::owner_read | more));
    ASSERT_FALSE(refused);
    EXPECT_THAT(describe(refused.error()), HasSubstr("chmod 600"));
  }
}

TEST_F(TokenTest, WhatIsNoTokenIsRefusedAndNotShown) {
  const std::vector<std::string> texts{"", "\n", "zwei words", "xyz\nxyz", "qqq\t", std::string("wvu\0l", 5), std::string(5'000, 'x')};
  for (const auto& text : texts) {
    const auto refused = read_token(file(text));
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().code, ErrorCode::invalid);
    if (text.size() <= 2) continue;
    EXPECT_THAT(describe(refused.error()), Not(HasSubstr(text.substr(0, 3))));
  }
  EXPECT_FALSE(read_token(dir_.path()));
  EXPECT_FALSE(read_token(dir_ / "nothing"));
}

TEST_F(TokenTest, APipeIsNotWaitedForAndALinkIsFollowed) {
  ASSERT_EQ(::mkfifo((dir_ / "pipe").c_str(), 0600), 0);
  std::filesystem::create_directory(dir_ / "credentials");
  const auto credential = dir_ / "credentials/hcloud-token";
  ::setenv("CREDENTIALS_DIRECTORY", (dir_ / "credentials").c_str(), 1);
  std::filesystem::create_symlink(dir_ / "pipe", credential);
  const auto refused = read_token("");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "the API token's file " + credential.string() + ": it is no regular file");
  EXPECT_THAT(refused.error().hint, HasSubstr("into a regular file"));
  std::filesystem::remove(credential);
  EXPECT_THAT(read_token(dir_ / "pipe").error().message, HasSubstr("is not a file"));
  std::filesystem::create_symlink(file("of-the-file\n"), credential);
  EXPECT_EQ(*read_token(""), "of-the-file");
}

TEST_F(TokenTest, WithoutAnyTheWaysToGiveOneAreNamed) {
  const auto refused = read_token("");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::not_found);
  for (const char* way : {"hcloud-token", "hetzner.token_file", "HCLOUD_TOKEN"}) EXPECT_THAT(refused.error().hint, HasSubstr(way));
}

}  // namespace
}  // namespace morpheus::hetzner
