#include "daemon/secrets/certificates.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "tests/tools/child.hpp"
#include "tests/tools/temp_dir.hpp"

namespace morpheus {
namespace {

constexpr WallTime now{std::chrono::seconds(1'790'000'000)};  // 2026-09-21
constexpr const char* openssl = "/usr/bin/openssl";

// Held against the openssl program.
class Certificates : public testing::Test {
 protected:
  std::string save(const std::string& name, const std::string& text) {
    std::ofstream(dir_ / name) << text;
    return (dir_ / name).string();
  }
  Finished verify(const KeyPair& authority, const KeyPair& node, const std::vector<std::string>& more) {
    std::vector<std::string> words{openssl, "verify", "-x509_strict", "-CAfile", save("ca", authority.certificate)};
    words.insert(words.end(), more.begin(), more.end());
    words.push_back(save("node", node.certificate));
    return run_command(words);
  }
  static std::vector<std::string> at(WallTime time) {
    return {"-attime", fmt::format("{}", std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count())};
  }
  KeyPair issue(const KeyPair& authority) {
    return issue_certificate(authority, {"oak-node-1", {"oak-node-1", "oak"}, {"192.0.2.1", "2001:db8::1"}}, now, ids_);
  }

  const TempDir dir_;
  SystemIds ids_;
};

TEST_F(Certificates, HoldForTheirNamesAndAddressesInBothDirections) {
  const KeyPair authority = make_authority("oak", now, ids_);
  const KeyPair node = issue(authority);
  for (const std::vector<std::string>& holds :
       {std::vector<std::string>{"-verify_ip", "192.0.2.1"}, {"-verify_ip", "2001:db8::1"}, {"-verify_hostname", "oak"},
        {"-purpose", "sslserver"}, {"-purpose", "sslclient"}}) {
    auto words = at(now);
    words.insert(words.end(), holds.begin(), holds.end());
    const auto result = verify(authority, node, words);
    EXPECT_EQ(result.status, 0) << holds[1] << result.err;
  }
  auto elsewhere = at(now);
  elsewhere.insert(elsewhere.end(), {"-verify_ip", "192.0.2.2"});
  EXPECT_NE(verify(authority, node, elsewhere).status, 0);
}

TEST_F(Certificates, LastFromADayBeforeUntilTheirEnd) {
  const KeyPair authority = make_authority("oak", now, ids_);
  const KeyPair node = issue(authority);
  using std::chrono::days;
  using std::chrono::hours;
  EXPECT_EQ(verify(authority, node, at(now - hours(23))).status, 0);
  EXPECT_NE(verify(authority, node, at(now - hours(25))).status, 0);
  EXPECT_EQ(verify(authority, node, at(now + days(certificate_days - 1))).status, 0);
  EXPECT_NE(verify(authority, node, at(now + days(certificate_days + 1))).status, 0);
}

TEST_F(Certificates, OfAnotherForestDoNotHold) {
  const KeyPair oak = make_authority("oak", now, ids_);
  const KeyPair elm = make_authority("elm", now, ids_);
  EXPECT_NE(verify(elm, issue(oak), at(now)).status, 0);
  EXPECT_NE(issue(oak).key, issue(oak).key);
  EXPECT_THROW(issue({"nonsense", oak.key}), std::runtime_error);
}

TEST_F(Certificates, ANodesKeySignsNothing) {
  const KeyPair authority = make_authority("oak", now, ids_);
  const KeyPair node = issue(authority);
  const KeyPair forged = issue(node);
  auto words = at(now);
  words.insert(words.end(), {"-untrusted", save("between", node.certificate)});
  EXPECT_NE(verify(authority, forged, words).status, 0);
}

TEST_F(Certificates, AKeyWithAPassphraseIsAnErrorAndNoQuestion) {
  const KeyPair authority = make_authority("oak", now, ids_);
  const auto plain = save("key", authority.key);
  const auto locked = run_command({"/usr/bin/openssl", "ec", "-in", plain, "-aes128", "-passout", "pass:secret"});
  ASSERT_EQ(locked.status, 0) << locked.err;
  EXPECT_THROW(issue({authority.certificate, locked.out}), std::runtime_error);
}

TEST_F(Certificates, ANameIsOneName) {
  const KeyPair authority = make_authority("oak", now, ids_);
  for (const char* name : {"oak,DNS:elm", "oak\nelm", "", "@section", "o\xFC", "a b"}) {
    EXPECT_THROW(issue_certificate(authority, {"oak-node-1", {name}, {}}, now, ids_), std::runtime_error) << name;
    EXPECT_THROW(issue_certificate(authority, {"oak-node-1", {}, {name}}, now, ids_), std::runtime_error) << name;
  }
}

}  // namespace
}  // namespace morpheus
