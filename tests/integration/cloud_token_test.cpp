#include <fmt/format.h>
#include <gmock/gmock.h>
#include <openssl/evp.h>

#include <algorithm>
#include <boost/algorithm/string/replace.hpp>
#include <fstream>
#include <random>

#include "tests/integration/cloud_box.hpp"

namespace morpheus {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string random_token() {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/+=-";
  constexpr int length = 60;
  std::random_device chance;
  std::uniform_int_distribution<std::size_t> any(0, letters.size() - 1);
  std::string token = "/+=";  // each encodes it otherwise
  while (token.size() < length) token += letters[any(chance)];
  return token;
}

std::string base64(const std::string& text) {
  std::string out((text.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

std::string url_encoded(const std::string& text, const char* format) {
  std::string out;
  for (const char c : text) out += std::isalnum(static_cast<unsigned char>(c)) || c == '-' ? std::string(1, c) : fmt::format(fmt::runtime(format), int{c});
  return out;
}

// How the token may be written: as it is, base64 (whatever stands before it, in both alphabets), URL-encoded, as JSON may escape it.
std::vector<std::string> forms_of(const std::string& token) {
  std::vector<std::string> forms{token, url_encoded(token, "%{:02X}"), url_encoded(token, "%{:02x}"), boost::replace_all_copy(token, "/", "\\/")};
  for (std::size_t before = 0; before < 3; ++before) {
    constexpr std::size_t digits_that_are_not_its_own = 4;
    const auto all = base64(std::string(before, ' ') + token);
    const auto own = all.substr(before == 0 ? 0 : digits_that_are_not_its_own, all.size() - 2 * digits_that_are_not_its_own);
    forms.push_back(own);
    forms.push_back(boost::replace_all_copy(boost::replace_all_copy(own, "+", "-"), "/", "_"));
  }
  return forms;
}

bool has_any(const std::string& text, const std::vector<std::string>& forms) {
  return std::ranges::any_of(forms, [&](const std::string& form) { return text.find(form) != std::string::npos; });
}

// The files below it that hold one of the forms.
std::vector<std::string> files_with(const fs::path& directory, const std::vector<std::string>& forms) {
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file() && has_any(read_text(entry.path()), forms)) found.push_back(entry.path());
  }
  return found;
}

// Command lines of all processes but the fake's, which is told the token by its own.
std::vector<std::string> command_lines_with(const std::vector<std::string>& forms) {
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const auto line = read_text(entry.path() / "cmdline");
    if (has_any(line, forms) && line.find("fake_hetzner") == std::string::npos) found.push_back(line);
  }
  return found;
}

// Where the daemon has its token from.
enum class Source { variable, file, credential };

class CloudToken : public testing::TestWithParam<Source> {
 protected:
  CloudToken()
      : token_(random_token()), forms_(forms_of(token_)), cloud_({"--machines", "nats", "--token", token_}), box_(in_cloud(cloud_)) {}

  void configure() {
    auto text = read_text(box_.config_file());
    boost::replace_first(text, "daemon:\n", "daemon:\n  log_level: debug\n");
    boost::replace_first(text, "/usr/sbin/nats-server", write_telling_server());
    if (GetParam() == Source::file) boost::replace_first(text, "hetzner: {", "hetzner: {token_file: " + write_token("token") + ", ");
    box_.configure(text);
    if (GetParam() == Source::variable) box_.set_environment({"HCLOUD_TOKEN=" + token_});
    if (GetParam() == Source::file) box_.set_environment({});
    if (GetParam() == Source::credential) {
      write_token("hcloud-token");
      box_.set_environment({"CREDENTIALS_DIRECTORY=" + outside_.path().string()});
    }
  }

  // Says what each child of the daemon was started with, and becomes nats-server.
  std::string write_telling_server() {
    const auto script = box_.file("telling-server");
    std::ofstream(script) << "#!/bin/sh\nenv >>" << children() << "\necho started \"$@\" >>" << children()
                          << "\nexec /usr/sbin/nats-server \"$@\"\n";
    fs::permissions(script, fs::perms::owner_all);
    return script;
  }
  std::string children() const { return box_.file("children"); }

  std::string write_token(const std::string& name) {
    const auto file = outside_ / name;
    std::ofstream(file) << token_ << "\n";
    fs::permissions(file, fs::perms::owner_read);
    return file;
  }

  // What a client is answered, whichever way it ends.
  void ask(const std::vector<std::string>& arguments) {
    const auto done = box_.ctl(arguments);
    EXPECT_FALSE(has_any(done.out + done.err, forms_)) << testing::PrintToString(arguments);
  }

  void ask_everything() {
    for (const char* command : {"list", "events", "orphans", "doctor", "version"}) {
      ask({command});
      ask({command, "-o", "json"});
    }
    for (const char* command : {"status", "explain", "history", "image", "grow"}) ask({command, "oak", "-o", "json"});
    ask({"image", "oak", "--node", "node-1", "--show-secrets"});
    ask({"plant", "cloud", "medium", "--dry-run"});
    const auto metrics = run_command({"/usr/bin/curl", "-sS", "--unix-socket", box_.socket(), "http://daemon/metrics"});
    EXPECT_EQ(metrics.status, 0) << metrics.err;
    EXPECT_FALSE(has_any(metrics.out, forms_));
  }

  // Each refused, or not understood, where the token is what the answer is about.
  void meet_errors() {
    const std::vector<json> effects{{{"status", 401}, {"code", "unauthorized"}, {"message", "no"}}, {{"bare", 502}}, {{"not_json", true}},
                                    {{"drop", "before"}}, {{"status", 403}, {"code", "token_readonly"}, {"message", "no"}}};
    for (json fault : effects) {
      fault["times"] = 100;
      cloud_.fault(fault);
      const auto refused = box_.ctl({"plant", "cloud", "small", "--yes", "--name", "ash"});
      EXPECT_NE(refused.status, 0);
      EXPECT_FALSE(has_any(refused.out + refused.err, forms_)) << fault;
      ask({"doctor"});
      EXPECT_GE(cloud_.fired(), 1) << fault;
      cloud_.clear_faults();
    }
  }

  std::string token_;
  std::vector<std::string> forms_;
  TempDir outside_;
  FakeCloud cloud_;
  DaemonBox box_;
};

TEST_P(CloudToken, IsNowhereButInItsRequests) {
  configure();
  box_.start();
  ASSERT_EQ(box_.ctl({"plant", "cloud", "small", "--yes", "--name", "oak"}).status, 0) << box_.log();
  ASSERT_EQ(box_.ctl({"plant", "local", "small", "--name", "elm"}).status, 0) << box_.log();
  ask_everything();
  meet_errors();
  EXPECT_EQ(command_lines_with(forms_), std::vector<std::string>());
  EXPECT_EQ(files_with(cloud_.machines(), forms_), std::vector<std::string>()) << "what machines were told";

  const auto told = read_text(children());
  EXPECT_NE(told.find("started --version"), std::string::npos) << told;
  EXPECT_NE(told.find("started -c "), std::string::npos) << told;
  EXPECT_NE(box_.log().find(" debug: "), std::string::npos) << "the log says all that it can";
  EXPECT_EQ(files_with(fs::path(box_.config_file()).parent_path(), forms_), std::vector<std::string>())
      << "log, database, state, environment and arguments of children";
  ASSERT_EQ(box_.ctl({"teardown", "oak", "--yes"}).status, 0) << box_.log();
}

std::string name_of(const testing::TestParamInfo<Source>& info) {
  constexpr const char* names[] = {"Variable", "File", "Credential"};
  return names[static_cast<int>(info.param)];
}

INSTANTIATE_TEST_SUITE_P(From, CloudToken, testing::Values(Source::variable, Source::file, Source::credential), name_of);

TEST(TokenSearch, FindsEachForm) {
  const auto token = random_token();
  const auto forms = forms_of(token);
  const std::vector<std::string> texts{token, "x" + base64(token), base64("Bearer " + token), base64("user:" + token + "\n"), "Bearer%20" + url_encoded(token, "%{:02X}")};
  for (const auto& text : texts) EXPECT_TRUE(has_any("before " + text + " after", forms)) << text;
  EXPECT_FALSE(has_any(random_token() + base64(random_token()), forms));
}

}  // namespace
}  // namespace morpheus
