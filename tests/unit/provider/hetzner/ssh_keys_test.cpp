#include "daemon/provider/hetzner/resource/ssh_keys.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/tools/child.hpp"
#include "tests/tools/temp_dir.hpp"

namespace morpheus::hetzner {
namespace {

TEST(SshKeys, TheFingerprintIsTheOneOfSshKeygen) {
  for (const char* type : {"ed25519", "rsa", "ecdsa"}) {
    const TempDir dir;
    ASSERT_EQ(run_command({"/usr/bin/ssh-keygen", "-q", "-t", type, "-N", "", "-C", "an op", "-f", dir / "id"}).status, 0);
    const auto printed = run_command({"/usr/bin/ssh-keygen", "-l", "-E", "md5", "-f", dir / "id.pub"}).out;
    const auto fingerprint = md5_fingerprint(read_text(dir / "id.pub"));
    ASSERT_TRUE(fingerprint) << type;
    EXPECT_NE(printed.find("MD5:" + *fingerprint), std::string::npos) << printed << *fingerprint;
  }
}

TEST(SshKeys, WhatIsNoKeyIsRefused) {
  for (const char* text : {"", "ssh-ed25519", "ssh-ed25519 ???", "ssh-rsa =", "hello", "ssh-rsa ====", "ssh-rsa A===", "ssh-rsa ========"}) EXPECT_FALSE(md5_fingerprint(text)) << text;
}

TEST(SshKeys, AFileThatIsNotUtf8IsRefusedByFileAndLineAndNothingIsAsked) {
  for (const char* comment : {"M\xfcller", "\xc3", "\xed\xa0\x80", "\xff\xfe"}) {
    const TempDir dir;
    std::ofstream(dir / "id.pub") << "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ3Yk2mYbJfXn0VpLbmxUdiQ1XcmvVvZ9tqg0zXhKpWm " << comment << "\n";
    const auto key = public_key_of(dir / "id.pub");
    ASSERT_FALSE(key) << comment;
    EXPECT_EQ(key.error().code, ErrorCode::invalid);
    EXPECT_EQ(key.error().message, "hetzner.ssh_keys: " + (dir / "id.pub").string() + ", line 1: is not UTF-8");
  }
}

TEST(SshKeys, APipeIsNotWaitedFor) {
  const TempDir dir;
  ASSERT_EQ(::mkfifo((dir / "id.pub").c_str(), 0600), 0);
  const auto key = public_key_of(dir / "id.pub");
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().message, "hetzner.ssh_keys: " + (dir / "id.pub").string() + ": it is no regular file");
}

}  // namespace
}  // namespace morpheus::hetzner
