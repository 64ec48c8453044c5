#include "daemon/secrets/secret_files.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "daemon/runtime/durable_file.hpp"
#include "daemon/secrets/nkey.hpp"

namespace morpheus {
namespace {

constexpr int password_bytes = 24;

constexpr const char* hint = "check the directory's space and rights";

std::string of_secrets(const std::string& what) { return "the forest's secrets in " + what; }

Error file_error(const std::filesystem::path& file, const std::string& why) {
  return Error{ErrorCode::failed, of_secrets(fmt::format("{}: {}", file.string(), why)), hint};
}

}  // namespace

SecretFiles::SecretFiles(std::filesystem::path state_dir, std::string installation_id, const Clock& clock, Ids& ids)
    : directory_(std::move(state_dir) / "forests"), installation_id_(std::move(installation_id)), clock_(clock), ids_(ids) {}

Result<std::optional<SecretFiles::Kept>> SecretFiles::read(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) {
    if (errno == ENOENT) return std::optional<Kept>();
    return file_error(file, std::strerror(errno));
  }
  const std::string text(std::istreambuf_iterator<char>(in), {});
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return file_error(file, "not JSON");
  std::string missing;
  const auto word = [&](const char* key) {
    const auto found = json.find(key);
    if (found != json.end() && found->is_string()) return found->get<std::string>();
    missing = key;
    return std::string();
  };
  Kept kept{word("installation_id"),
            {word("route_password"), word("system_seed"), word("system_key"), word("retire_password")},
            {word("authority"), word("authority_key")}};
  if (!missing.empty()) return file_error(file, missing + " is missing");
  return std::optional<Kept>(std::move(kept));
}

Result<SecretFiles::Kept> SecretFiles::own(const std::string& forest) const {
  const auto file = file_of(forest);
  auto kept = read(file);
  if (!kept) return kept.error();
  if (*kept && (*kept)->installation_id == installation_id_) return **std::move(kept);
  return Error{ErrorCode::failed, fmt::format("the secrets of {} are not in {}", forest, file.string()),
               "restore that file from a copy: the servers that run let in nobody who lacks them"};
}

Result<> SecretFiles::make(const std::string& forest) {
  const auto file = file_of(forest);
  const auto kept = read(file);
  if (!kept) return kept.error();
  if (!*kept) return write_new(forest);
  if ((*kept)->installation_id == installation_id_) return {};
  return Error{ErrorCode::conflict, fmt::format("{} belongs to another installation's forest", file.string()),
               "choose another name, or give this morpheusd a daemon.state_dir of its own"};
}

Result<ForestSecrets> SecretFiles::get(const std::string& forest) {
  auto kept = own(forest);
  if (!kept) return kept.error();
  return std::move(kept->secrets);
}

Result<NodeIdentity> SecretFiles::issue(const std::string& forest, const std::string& server_name, const std::string& address) {
  const auto kept = own(forest);
  if (!kept) return kept.error();
  Subject subject{server_name, {server_name, forest, "localhost"}, {"127.0.0.1", "::1"}};
  if (!address.empty()) subject.addresses.push_back(address);
  try {
    auto made = issue_certificate(kept->authority, subject, clock_.wall(), ids_);
    return NodeIdentity{kept->authority.certificate, std::move(made.certificate), std::move(made.key)};
  } catch (const std::runtime_error& error) {
    return file_error(file_of(forest), error.what());
  }
}

Result<> SecretFiles::write_new(const std::string& forest) {
  const auto file = file_of(forest);
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  if (!error) std::filesystem::permissions(directory_, std::filesystem::perms::owner_all, error);
  if (error) return file_error(file, error.message());
  const Nkey system = make_user_nkey(ids_);
  const KeyPair authority = make_authority(forest, clock_.wall(), ids_);
  const nlohmann::json json{{"installation_id", installation_id_},
                            {"route_password", ids_.random_hex(password_bytes)},
                            {"system_seed", system.seed},
                            {"system_key", system.public_key},
                            {"retire_password", ids_.random_hex(password_bytes)},
                            {"authority", authority.certificate},
                            {"authority_key", authority.key}};
  const auto written = replace_file(file, json.dump(), hint);
  if (!written) return Error{written.error().code, of_secrets(written.error().message), hint};
  return {};
}

Result<> SecretFiles::remove(const std::string& forest) {
  const auto kept = read(file_of(forest));
  if (kept && *kept && (*kept)->installation_id != installation_id_) return {};
  std::error_code error;
  std::filesystem::remove_all(directory_ / forest, error);
  if (error) return file_error(directory_ / forest, error.message());
  return {};
}

}  // namespace morpheus
